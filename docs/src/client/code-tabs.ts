/** Shows one of several samples at a time, for the server that the reader chooses. The choice holds on all pages. */
import { isChinese } from "./language.ts";

class CodeTabs extends HTMLElement {
  connectedCallback(): void {
    const blocks = [...this.querySelectorAll<HTMLElement>(":scope > .expressive-code")];
    const labels = blocks.map((block) => block.querySelector(".title")?.textContent ?? "");
    const list = document.createElement("div");
    list.role = "tablist";
    const tabs = labels.map((label, index) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.role = "tab";
      tab.textContent = label;
      tab.addEventListener("click", () => select(label));
      tab.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (step === undefined) return;
        const next = (index + step + labels.length) % labels.length;
        select(labels[next]!);
        tabs[next]!.focus();
      });
      return tab;
    });
    list.append(...tabs);
    this.prepend(list);
    this.dataset.ready = "";

    const select = (label: string): void => {
      localStorage.setItem("sample", label);
      this.dispatchEvent(new CustomEvent("sample", { bubbles: true }));
    };
    const show = (): void => {
      const wanted = labels.indexOf(localStorage.getItem("sample") ?? "");
      const chosen = Math.max(wanted, 0);
      for (const [index, tab] of tabs.entries()) {
        tab.ariaSelected = String(index === chosen);
        tab.tabIndex = index === chosen ? 0 : -1;
        blocks[index]!.hidden = index !== chosen;
      }
    };
    addEventListener("sample", show);
    show();
    this.offerServers(blocks);
  }

  /** A sample of the real API can be shown for the mock: then it runs without a key. */
  offerServers(blocks: HTMLElement[]): void {
    if (!this.textContent?.includes(this.dataset.production!)) return;
    const words = isChinese
      ? { production: "真实 API", mock: "本机的 Mock" }
      : { production: "the real API", mock: "the mock on your machine" };
    const group = document.createElement("div");
    group.className = "origin";
    group.role = "radiogroup";
    group.ariaLabel = isChinese ? "服务器" : "Server";
    for (const name of ["production", "mock"] as const) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "server", value: name, checked: name === "production" });
      input.addEventListener("change", () => this.replaceOrigin(blocks, name));
      label.append(input, words[name]);
      group.append(label);
    }
    this.querySelector("[role=tablist]")!.after(group);
  }

  replaceOrigin(blocks: HTMLElement[], name: "production" | "mock"): void {
    const { production, mock } = this.dataset as { production: string; mock: string };
    const [from, to] = name === "mock" ? [production, mock] : [mock, production];
    for (const block of blocks) {
      const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) texts.currentNode.nodeValue = texts.currentNode.nodeValue!.replace(from, to);
      const copy = block.querySelector<HTMLElement>("[data-code]");
      if (copy) copy.dataset.code = copy.dataset.code!.replace(from, to);
    }
  }
}

customElements.define("code-tabs", CodeTabs);
