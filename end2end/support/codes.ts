// An authenticator app: codes by time (TOTP, RFC 6238) with SHA-1, six digits and 30 seconds.

import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS = 30;

/** An app that was given a key. It shows each code once, as somebody does who waits for the next one. */
export class App {
  readonly #key: Buffer;
  #last = 0;

  /** `key` is Base32, in groups or not. */
  constructor(key: string) {
    const bits = [...key.replace(/\s/g, "")].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
    this.#key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  }

  /** A code that was not shown before. One step ahead of the clock is as good as the clock's own, so there are two without waiting. */
  async code(): Promise<string> {
    for (;;) {
      const now = Math.floor(Date.now() / 1000 / STEP_SECONDS);
      const step = Math.max(now, this.#last + 1);
      if (step <= now + 1) {
        this.#last = step;
        return this.#at(step);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Six digits that the app does not show around now. */
  wrong(): string {
    const now = Math.floor(Date.now() / 1000 / STEP_SECONDS);
    const near = [-2, -1, 0, 1, 2].map((ahead) => this.#at(now + ahead));
    return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code)) ?? "";
  }

  #at(step: number): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const mac = createHmac("sha1", this.#key).update(counter).digest();
    const offset = mac.readUInt8(mac.length - 1) & 15;
    return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}
