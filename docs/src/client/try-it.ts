/** Sends a request to a mock on this machine. There is no field for a key: a real one must not get into a page. */
import { isChinese } from "./language.ts";

const words = isChinese
  ? {
      server: "Mock 地址（仅限本机）",
      asset: "测试资源",
      id: "资源 ID",
      send: "发送",
      ms: "毫秒",
      local: "只能访问本机，例如 http://127.0.0.1:4010",
      silent: "没有响应。Mock 启动了吗？请运行：",
    }
  : {
      server: "Address of the mock (this machine only)",
      asset: "Test asset",
      id: "Asset id",
      send: "Send",
      ms: "ms",
      local: "Only this machine can be asked, such as http://127.0.0.1:4010",
      silent: "No answer. Is the mock running? Start it: ",
    };

class TryIt extends HTMLElement {
  connectedCallback(): void {
    const assets = JSON.parse(this.dataset.assets ?? "[]") as [name: string, id: string, summary: string][];
    const form = document.createElement("form");
    const server = labelled(form, words.server, document.createElement("input"));
    server.value = this.dataset.mock!;
    const choice = labelled(form, words.asset, document.createElement("select"));
    for (const [name, id, summary] of assets) choice.add(new Option(`${name} · ${summary.replaceAll("`", "")}`, id));
    const id = labelled(form, words.id, document.createElement("input"));
    id.value = choice.value;
    id.spellcheck = false;
    choice.addEventListener("change", () => (id.value = choice.value));
    const send = document.createElement("button");
    send.textContent = words.send;
    const output = document.createElement("output");
    form.append(send);
    this.append(form, output);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const path = this.dataset.path!.replace(/\{[^}]*\}/, encodeURIComponent(id.value));
      void request(server.value.replace(/\/$/, ""), path).then((nodes) => output.replaceChildren(...nodes));
    });
  }
}

function labelled<T extends HTMLElement>(form: HTMLFormElement, text: string, control: T): T {
  const label = document.createElement("label");
  label.append(text, control);
  form.append(label);
  return control;
}

async function request(server: string, path: string): Promise<(string | Node)[]> {
  if (!/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(server)) return [words.local];
  const started = performance.now();
  try {
    const response = await fetch(server + path, { headers: { Authorization: "Bearer docs" }, credentials: "omit" });
    const body = await response.text();
    const duration = Math.round(performance.now() - started);
    const block = document.createElement("pre");
    block.tabIndex = 0;
    block.textContent = pretty(body);
    return [`HTTP ${response.status} · ${duration} ${words.ms}`, block];
  } catch {
    const command = document.createElement("code");
    command.textContent = "npx chenyu-assets mock";
    return [words.silent, command];
  }
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

customElements.define("try-it", TryIt);
