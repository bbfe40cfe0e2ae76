// A passkey holder of Chromium's own (WebAuthn's virtual authenticator): it answers at once, as a finger on a sensor would.

import type { CDPSession, Page } from "@playwright/test";

export class Authenticator {
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(session: CDPSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  /** Gives the page's browser one that keeps passkeys and verifies who holds it. */
  static async of(page: Page): Promise<Authenticator> {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable", { enableUI: false });
    const options = {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: false,
    } as const;
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
    return new Authenticator(session, authenticatorId);
  }

  /** Somebody touches it while `act` goes on: before and after, pages may ask as they like and get no answer. */
  async touched<T>(act: () => Promise<T>): Promise<T> {
    await this.#touch(true);
    try {
      return await act();
    } finally {
      await this.#touch(false);
    }
  }

  async #touch(enabled: boolean) {
    await this.#session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: this.#id, enabled });
  }

  /** Whoever holds it from now on is not its owner. */
  async isStolen() {
    await this.#session.send("WebAuthn.setUserVerified", { authenticatorId: this.#id, isUserVerified: false });
  }

  /** Its owner has it back. */
  async isReturned() {
    await this.#session.send("WebAuthn.setUserVerified", { authenticatorId: this.#id, isUserVerified: true });
  }

  async count(): Promise<number> {
    const { credentials } = await this.#session.send("WebAuthn.getCredentials", { authenticatorId: this.#id });
    return credentials.length;
  }

  async forgets() {
    await this.#session.send("WebAuthn.clearCredentials", { authenticatorId: this.#id });
  }
}
