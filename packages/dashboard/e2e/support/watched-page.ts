import type { BrowserContext, Locator, Page } from 'playwright-core';

const DEADLINE_MS = 45_000;

/** A page of the dashboard, with all that a browser had to complain of. */
export class WatchedPage {
  readonly page: Page;
  readonly #mount: string;
  readonly #complaints: string[];

  private constructor(page: Page, mount: string, complaints: string[]) {
    this.page = page;
    this.#mount = mount;
    this.#complaints = complaints;
  }

  static async of(context: BrowserContext, mount: string): Promise<WatchedPage> {
    context.setDefaultTimeout(DEADLINE_MS);
    const complaints: string[] = [];
    await context.exposeFunction('reportViolation', (text: string) => complaints.push(`policy: ${text}`));
    await context.addInitScript(() => {
      document.addEventListener(
        'securitypolicyviolation',
        ({ violatedDirective, blockedURI, sourceFile, lineNumber }) => {
          const report = (window as unknown as { reportViolation: (text: string) => void }).reportViolation;
          report(`${violatedDirective} refused ${blockedURI} at ${sourceFile}:${lineNumber}`);
        },
      );
    });
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(mount) && !url.startsWith('blob:')) complaints.push(`asked outside of the mount: ${url}`);
    });
    return new WatchedPage(page, mount, complaints);
  }

  /** What went wrong since the last time that this was asked. */
  complaints(): readonly string[] {
    return this.#complaints.splice(0);
  }

  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#mount}${path}`);
    await this.page.locator('h1').waitFor();
    await this.settled();
  }

  /** Nothing on it is loading any more. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelector('.skeleton') === null, undefined, {
      timeout: DEADLINE_MS,
    });
  }

  /** The address, from the mount on. */
  address(): string {
    return this.page.url().slice(this.#mount.length);
  }

  text(text: string | RegExp): Locator {
    return this.page.getByText(text).first();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name }).first();
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name }).first();
  }

  async shows(text: string | RegExp): Promise<void> {
    await this.text(text).waitFor();
  }
}
