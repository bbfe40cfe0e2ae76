// "GraphQL over HTTP", as its authors audit it.

import { serverAudits } from "graphql-http";
import { expect, test } from "../support/test.ts";

test("the endpoint does what GraphQL over HTTP asks for", async ({ latchkey }, testInfo) => {
  const audits = serverAudits({ url: `${latchkey.url}/graphql`, fetchFn: fetch });
  expect(audits.length).toBeGreaterThan(50);
  const failed: string[] = [];
  for (const audit of audits) {
    const result = await audit.fn();
    if (result.status === "ok") continue;
    const line = `${audit.id} ${audit.name}: ${result.reason} (${result.response.status})`;
    if (audit.name.startsWith("MAY ")) testInfo.annotations.push({ type: "a MAY that is not done", description: line });
    else failed.push(line);
  }
  expect(failed).toEqual([]);
});
