/** What the theme leaves out for readers with a keyboard or a screen reader. */

// A wide table scrolls by itself, so it has to be reachable by key.
const tables = document.querySelectorAll<HTMLTableElement>(".sl-markdown-content table");
const reachable = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (!(target instanceof HTMLElement)) continue;
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const table of tables) reachable.observe(table);

// Where the search button shows its text, that is its name: who speaks to the browser says what is seen.
const button = document.querySelector<HTMLElement>("button[data-open-modal]");
const label = button?.ariaLabel ?? null;
const isWide = matchMedia("(min-width: 50rem)"); // as in the theme
const nameButton = (): void => {
  if (button) button.ariaLabel = isWide.matches ? null : label;
};
button?.querySelector(":scope > span")?.removeAttribute("aria-hidden");
isWide.addEventListener("change", nameButton);
nameButton();
