/** Safe file names, made of what a stranger has written. `FAST_CHECK_SEED=…` repeats a run. */
import { readFile, writeFile } from "node:fs/promises";
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Asset } from "../../generated/schema.ts";
import { fileNameOf, safeFileName } from "../../src/files/name.ts";
import { makeFolder } from "../helpers/temporary-folder.ts";

const seed = Number(process.env.FAST_CHECK_SEED ?? Date.now());
console.log(`file names: seed ${seed}`);

/** As long as a name may be. */
const longName = "1234567".repeat(19);

const names: [what: string, name: string, expected: string | undefined][] = [
  ["a name", "portrait.png", "portrait.png"],
  ["a Chinese name", "肖像 (1).png", "肖像 (1).png"],
  ["an emoji", "🖼.png", "🖼.png"],
  ["punctuation", "100% [a&b] {c}'s;$d!,e=f+g@h#i^j`k~.png", "100% [a&b] {c}'s;$d!,e=f+g@h#i^j`k~.png"],
  ["no extension", "README", "README"],
  ["a path", "/etc/passwd", "passwd"],
  ["a path upwards", "../../.ssh/authorized_keys", "authorized_keys"],
  ["a path of Windows", String.raw`..\..\Windows\win.ini`, "win.ini"],
  ["both separators", String.raw`a/b\c/d\e.png`, "e.png"],
  ["a path that ends in a folder", "a/b/", undefined],
  ["a share of Windows", String.raw`\\host\share\a.png`, "a.png"],
  ["a drive of Windows", "C:a.png", "C_a.png"],
  ["a stream of NTFS", "a.png::$DATA", "a.png__$DATA"],
  ["a URL with a query", "https://host.example/a.png?b=1", "a.png_b=1"],
  ["an encoded path, which stays encoded", "..%2f..%2fa.png", "%2f..%2fa.png"],
  ["what Windows refuses", 'a<b>c"d|e?f*g.png', "a_b_c_d_e_f_g.png"],
  ["nothing but what Windows refuses", "??", undefined],
  ["a name whose letters were lost", "????.png", undefined],
  ["the name of an archive whose letters were lost", "????.TAR.gz", undefined],
  ["no name", "", undefined],
  ["this folder", ".", undefined],
  ["the folder above", "..", undefined],
  ["dots and spaces", " . .. ", undefined],
  ["a hidden file", ".bashrc", "bashrc"],
  ["a hidden file behind spaces", " \t.. .bashrc", "bashrc"],
  ["an option", "-rf", "rf"],
  ["an option behind invisible characters", "\u200b--help", "help"],
  ["a home folder", "~root", "root"],
  ["dots and spaces at the end", "a.png. . ", "a.png"],
  ["an extension pushed out of sight", `a.png${" ".repeat(99)}.exe`, "a.png .exe"],
  ["NUL", "a.png\0.exe", "a.png_.exe"],
  ["nothing but controls", "\0\x01\x7f\x9f", undefined],
  ["C0, DEL and C1", "a\x01b\x1bc\x7fd\x85e\x9ff", "a_b_c_d_e_f"],
  ["line breaks", "a\r\nb\u2028c\u2029d", "a b c d"],
  ["wide spaces", "a\u3000b\u00a0\u2003c\u3000", "a b c"],
  ["a right-to-left override", "photo\u202egnp.exe", "photognp.exe"],
  ["embeddings, isolates and marks", "\u202aa\u202b\u202c\u2066b\u2067\u2068\u2069c\u200e\u200f\u061cd", "abcd"],
  ["zero width", "a\u200bb\u200cc\u200dd\u2060e\ufefff", "abcdef"],
  ["fillers and soft hyphens", "a\u00adb\u3164c\u115fd\u034fe", "abcde"],
  ["tags and annotations", "a\u{e0001}\u{e0061}b\ufff9c\ufffad\ufffb", "abcd"],
  ["nothing but invisible characters", "\u200b\u2060\u{e0020}", undefined],
  ["a family of emoji", "👩\u200d👧.png", "👩👧.png"],
  ["lone surrogates", "a\ud83db\udc00.png", "a_b_.png"],
  ["decomposed letters", "e\u0301.png", "\u00e9.png"],
  ["letters that an invisible character decomposes", "e\u200b\u0301.png", "\u00e9.png"],
  ["a device of Windows", "CON", "_CON"],
  ["a device in another case", "nUl", "_nUl"],
  ["a device with an extension", "aux.tar.gz", "_aux.tar.gz"],
  ["a device with a space", "CON .txt", "_CON .txt"],
  ["a device with dots", "PRN...", "_PRN"],
  ["a device with an invisible character", "C\u200bON.txt", "_CON.txt"],
  ["a numbered device", "COM0.png", "_COM0.png"],
  ["a printer", "lpt9", "_lpt9"],
  ["a device with a superscript", "COM².png", "_COM².png"],
  ["the console", "CONIN$.txt", "_CONIN$.txt"],
  ["the console's output", "conout$", "_conout$"],
  ["a device behind dots", "..\\..CON", "_CON"],
  ["a device with a stream", "NUL:a", "NUL_a"],
  ["what only begins like a device", "CONTRACT.pdf", "CONTRACT.pdf"],
  ["a number after a device", "COM10.png", "COM10.png"],
  ["our unfinished file", "a.png.part", "a.png_part"],
  ["our journal", "a.png.part.json", "a.png_part.json"],
  ["our whole file", "a.png.part.done", "a.png_part.done"],
  ["our lock", "a.png.PART.Lock", "a.png_PART.Lock"],
  ["our lock in letters that fold to its", "a.part.loc\u212a", "a_part.locK"],
  ["our unfinished file behind dots", "a.part. .", "a_part"],
  ["our unfinished file twice", "a.part.part", "a.part_part"],
  ["a long name", `${longName}.png`, `${longName.slice(0, 129)}.png`],
  ["a long name without an extension", `${longName}x`, longName],
  ["a long extension", `a.${longName}`, `a.${longName.slice(0, 131)}`],
  ["a long device", `NUL.${longName}`, `_NUL.${longName.slice(0, 128)}`],
  ["a long Chinese name", `${"资".repeat(99)}.png`, `${"资".repeat(43)}.png`],
  ["a character cut by bytes", `${longName.slice(3)}🖼x`, longName.slice(3)],
  ["an emoji cut between its parts", `${"x".repeat(123)}👍🏽.jpeg`, `${"x".repeat(123)}.jpeg`],
  ["a long name that is cut at a space", `${"x".repeat(128)} . yy.png`, `${"x".repeat(128)}.png`],
  ["our journal, where it is cut", `${"x".repeat(123)}.partial.json`, `${"x".repeat(123)}_part.json`],
  ["a device, where it is cut", `COM1x${"\u0301".repeat(99)}.png`, "_COM1.png"],
  ["a character without end", `e${"\u0301".repeat(999)}.png`, undefined],
];

test.each(names)("safeFileName makes a safe name of %s", (_what, name, expected) => {
  expect(safeFileName(name)).toBe(expected);
});

test.each([undefined, null, 7, true, {}, [], ["a.png"], Symbol("a")])(
  "safeFileName gives undefined for %o",
  (value) => {
    expect(safeFileName(value)).toBeUndefined();
  },
);

test("each safe name is the name of one file directly in its folder", async () => {
  await using folder = await makeFolder();
  const safeNames = new Set(names.flatMap(([, name]) => safeFileName(name) ?? []));
  for (const name of safeNames) await writeFile(folder.at(name), name, { flag: "wx" });
  expect(new Set(await folder.names())).toEqual(safeNames);
  for (const name of safeNames) expect(await readFile(folder.at(name), "utf8")).toBe(name);
});

const piece = fc.constantFrom(...names.map(([, name]) => name), ".", " ", "-", "~", "_", ":", "\u200b", "\u0301", "x");
const unit = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.string({ unit: "grapheme" }), piece);
const utf16Units = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const anyText = fc.oneof(
  fc.array(unit, { maxLength: 6 }).map((pieces) => pieces.join("")),
  fc.tuple(piece, fc.integer({ min: 1, max: 300 }), piece).map(([a, count, b]) => a.repeat(count) + b),
  utf16Units,
);

test("any text gives a name that no system misreads, or undefined", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const name = safeFileName(text);
      if (name === undefined) return;
      expect(name).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u);
      expect(name).not.toMatch(/^[-.~ ]|[. ]$|\.part(\.json|\.done|\.lock)?$|^_*$|^$/iu);
      const [stem] = name.split(".") as [string];
      expect(stem.trim()).not.toMatch(/^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)$/i);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(143 - ".part.lock".length);
      expect(name).toBe(name.normalize("NFC"));
      expect(safeFileName(name)).toBe(name);
    }),
    { seed, numRuns: 10_000 },
  );
});

test("any text gives a name that stays directly in its folder, on POSIX and on Windows", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const name = safeFileName(text) ?? "asset";
      for (const system of [posix, win32]) {
        const path = system.join("folder", name);
        expect([system.dirname(path), system.basename(path)]).toEqual(["folder", name]);
      }
    }),
    { seed, numRuns: 3000 },
  );
});

function nameOf(fields: Record<keyof never, unknown>): string {
  return fileNameOf(fields as unknown as Asset);
}

test.each([
  ["original_filename", { original_filename: "../portrait.jpg" }, "portrait.jpg"],
  ["id and media type when original_filename is empty", { original_filename: "" }, "asset_1.png"],
  ["id and media type when original_filename has no safe character", { original_filename: "?.." }, "asset_1.png"],
  ["a media type with a parameter", { mime_type: "Text/Plain; charset=utf-8" }, "asset_1.txt"],
  ["the id alone when the media type is unknown", { mime_type: "image/of-my-own" }, "asset_1"],
  ["the id alone when the media type is not a text", { mime_type: { type: "image/png" } }, "asset_1"],
  ["the safe part of a hostile id", { asset_id: "../../.CON" }, "_CON.png"],
  ["the first characters of a long id", { asset_id: longName }, `${longName.slice(0, 129)}.png`],
  ["the word asset when the id has no safe character", { asset_id: ".." }, "asset.png"],
  ["the word asset when there is no field", { asset_id: undefined, mime_type: undefined }, "asset"],
  ["the word asset when the id is not a text", { asset_id: { toString: 7 }, mime_type: null }, "asset"],
])("fileNameOf names a file by %s", (_how, fields, expected) => {
  expect(nameOf({ asset_id: "asset_1", mime_type: "image/png", ...fields })).toBe(expected);
});

test("fileNameOf gives a safe name whatever the fields contain", () => {
  const fields = fc.record({ original_filename: fc.anything(), asset_id: fc.anything(), mime_type: fc.anything() });
  fc.assert(
    fc.property(fields, (asset) => {
      const name = nameOf(asset);
      expect(safeFileName(name)).toBe(name);
    }),
    { seed, numRuns: 3000 },
  );
});
