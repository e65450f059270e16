import { expect, test } from "vitest";
import { writeAll } from "../../src/files/write-batches.ts";

test.each([1, 3, 4, 5, 100])(
  "pieces are written whole, in order, when the system takes %i bytes at once",
  async (most) => {
    const pieces = ["0123", "", "4", "56789"].map((text) => Buffer.from(text));
    const written = Buffer.alloc(12, ".");
    const writev = async (buffers: readonly NodeJS.ArrayBufferView[], position?: number | null): Promise<never> => {
      const taken = Buffer.concat(buffers as Uint8Array[]).subarray(0, most);
      taken.copy(written, position!);
      return { bytesWritten: taken.length, buffers } as never;
    };
    await writeAll({ writev }, pieces, 2);
    expect(written.toString()).toBe("..0123456789");
  },
);
