// How pages stand: nothing out at the side, no words cut off.

import { expect, type Page } from "@playwright/test";

const WIDTHS = [390, 320];

/** Expects nothing to stand out at the side, where only scrolling would reach it. */
export async function expectFits(page: Page) {
  const height = page.viewportSize()?.height ?? 844;
  const before = page.viewportSize();
  for (const width of [...new Set([before?.width ?? 1280, ...WIDTHS])]) {
    await page.setViewportSize({ width, height });
    await expect.poll(() => widest(page), `the widest part of ${page.url()} at ${width} px`).toBeLessThanOrEqual(width);
  }
  if (before) await page.setViewportSize(before);
}

async function widest(page: Page) {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

/** Expects no words to be cut off by an edge without an ellipsis. */
export async function expectWords(page: Page) {
  const cut = await page.evaluate(() => {
    const isCut = (element: Element) => {
      const style = getComputedStyle(element);
      const hides = ["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis";
      const isForEars = element.clientWidth <= 1;
      return hides && !isForEars && element.scrollWidth > element.clientWidth + 1 && !element.matches("input, .vh, .graphiql-container *, svg, svg *");
    };
    return [...document.body.querySelectorAll("*")].filter(isCut).map((element) => `${element.tagName} ${element.className}`);
  });
  expect(cut, `cut off on ${page.url()}`).toEqual([]);
}
