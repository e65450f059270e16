/** A text in each language of the help. */
export interface Text {
  en: string;
  zh: string;
}

/** Finds the language of the help, as POSIX does: the first variable that is set decides. */
export function findLanguage(): keyof Text {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  // With another encoding than UTF-8, as in zh_CN.GBK, our Chinese could not be read.
  return /^zh([_-]\w+)*(\.utf-?8)?(@\w+)?$/i.test(LC_ALL || LC_MESSAGES || LANG || "") ? "zh" : "en";
}

/** Cuts a text after its first sentence, which loses its full stop. */
export function firstSentence(text: string): string {
  return text.replace(/(\. |\.$|。)[^]*/, "");
}
