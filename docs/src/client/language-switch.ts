/** The switch leads to the same heading: headings have the same id in both languages. */
const switches = document.querySelectorAll<HTMLAnchorElement>("[data-language-switch]");

/** The last heading above the upper third of the window. */
function currentId(): string | undefined {
  const headings = document.querySelectorAll<HTMLElement>(".sl-markdown-content :is(h2, h3, h4)[id]");
  return [...headings].findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 3)?.id;
}

for (const link of switches) {
  // Before the browser reads the address: also for a new tab, and from the keyboard.
  for (const type of ["pointerenter", "pointerdown", "focus", "keydown"]) {
    link.addEventListener(type, () => {
      const id = scrollY > 0 ? currentId() : undefined;
      link.hash = id === undefined ? "" : `#${id}`;
    });
  }
}
