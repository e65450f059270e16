export const isChinese = document.documentElement.lang.startsWith("zh");
