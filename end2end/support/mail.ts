// The letters that Latchkey sends, wherever they end up: in an SMTP server of ours, or in its own development mailbox.

import { simpleParser, type AddressObject } from "mailparser";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { SMTPServer } from "smtp-server";

const WAIT_SECONDS = 15;

export interface Letter {
  to: string;
  from: string;
  subject: string;
  text: string;
  html: string;
  /** Every address in the text, then those that only the HTML has. */
  links: string[];
}

export interface Mail {
  /**
   * The first letter to this address (and with this in its subject) that has not been handed out yet; waits for it to come.
   * Asking twice therefore gives two letters: a second reset mail is never mistaken for the first.
   */
  waitForMail(to: string, subject?: string | RegExp): Promise<Letter>;
  /** The letters to this address that nobody has asked for, oldest first. */
  unread(to: string): Promise<Letter[]>;
}

abstract class Inbox implements Mail {
  readonly #read = new Set<string>();

  /** All letters so far, oldest first, each with a name that stays its own. */
  protected abstract letters(): Promise<[id: string, letter: Letter][]>;

  async waitForMail(to: string, subject: string | RegExp = ""): Promise<Letter> {
    const deadline = Date.now() + WAIT_SECONDS * 1000;
    do {
      for (const [id, letter] of await this.#unread(to)) {
        if (!matches(letter.subject, subject)) continue;
        this.#read.add(id);
        return letter;
      }
      await pause(50);
    } while (Date.now() < deadline);
    const others = (await this.letters()).map(([id, { to, subject }]) => `  ${to}: ${subject}${this.#read.has(id) ? " (read)" : ""}`);
    throw new Error(`No letter to ${to} about ${subject || "anything"} within ${WAIT_SECONDS} s. Sent so far:\n${others.join("\n") || "  none"}`);
  }

  async unread(to: string): Promise<Letter[]> {
    return (await this.#unread(to)).map(([, letter]) => letter);
  }

  async #unread(to: string) {
    return (await this.letters()).filter(([id, letter]) => !this.#read.has(id) && letter.to.toLowerCase() === to.toLowerCase());
  }
}

function matches(subject: string, wanted: string | RegExp) {
  return typeof wanted === "string" ? subject.includes(wanted) : wanted.test(subject);
}

/** An SMTP server that accepts everything and delivers nothing. */
export class SmtpSink extends Inbox {
  readonly #server: SMTPServer;
  readonly #letters: [string, Letter][] = [];
  #refuse = 0;

  private constructor() {
    super();
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["AUTH", "STARTTLS"],
      disableReverseLookup: true,
      onData: (stream, session, callback) => {
        simpleParser(stream).then(
          ({ from, subject = "", text = "", html }) => {
            if (this.#refuse > 0) {
              this.#refuse -= 1;
              return callback(Object.assign(new Error("Try again later"), { responseCode: 451 }));
            }
            for (const { address } of session.envelope.rcptTo) {
              this.#letters.push([String(this.#letters.length), letter(address, addressOf(from), subject, text, html || "")]);
            }
            callback();
          },
          (error: Error) => callback(error),
        );
      },
    });
  }

  static async start(): Promise<SmtpSink> {
    const sink = new SmtpSink();
    await new Promise<void>((ready) => sink.#server.listen(0, "127.0.0.1", ready));
    return sink;
  }

  get url() {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** Answers the next letters with "try again later". */
  refuseNext(count: number) {
    this.#refuse = count;
  }

  async stop() {
    await new Promise<void>((closed) => this.#server.close(closed));
  }

  protected override async letters() {
    return this.#letters;
  }
}

function addressOf(from: AddressObject | undefined) {
  return from?.value[0]?.address ?? "";
}

/** The mailbox in which Latchkey keeps its letters when it has no SMTP server. */
export class DevMailbox extends Inbox {
  readonly #url: string;

  constructor(url: string) {
    super();
    this.#url = `${url}/dev/mailbox.json`;
  }

  protected override async letters(): Promise<[string, Letter][]> {
    const answer = await fetch(this.#url);
    if (answer.status !== 200) throw new Error(`${this.#url} answered ${answer.status}`);
    const newestFirst = (await answer.json()) as { id: string | number; to: string; from: string; subject: string; text: string; html: string }[];
    return newestFirst.reverse().map(({ id, to, from, subject, text, html }) => [String(id), letter(to, from, subject, text, html)]);
  }
}

function letter(to: string, from: string, subject: string, text: string, html: string): Letter {
  const inText = text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? [];
  const inHtml = [...html.matchAll(/href="(https?:[^"]+)"/g)].map(([, address = ""]) => address.replaceAll("&amp;", "&"));
  return { to, from, subject, text, html, links: [...new Set([...inText, ...inHtml])] };
}
