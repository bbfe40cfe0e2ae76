// What the pages can do, a program can do by GraphQL.

import { graphql, linkIn, member, person, signInProgram, type Person } from "../support/people.ts";
import { expect, test, type Latchkey, type Letter } from "../support/test.ts";

const VIEWER = "{ viewer { __typename ... on User { id email username name phone emailVerifiedAt profile { theme timeZone } } } }";

function tokenIn(letter: Letter, path: string) {
  return new URL(linkIn(letter, path)).searchParams.get("token") ?? "";
}

/** Runs a mutation that gives nothing but refusals; tells their codes and fields. */
async function refusals(latchkey: Latchkey, mutation: string, input: object) {
  const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
  const query = `mutation($input: ${type}!) { ${mutation}(input: $input) { userErrors { code field } } }`;
  const { data } = await graphql(latchkey, query, { input });
  return data[mutation].userErrors as { code: string; field: string | null }[];
}

async function viewer(latchkey: Latchkey, token?: string | null) {
  return graphql(latchkey, VIEWER, {}, token ?? undefined);
}

test("a program signs somebody up, in and through a password reset", async ({ latchkey }) => {
  const who = person();
  const renewed = { ...who, password: "nine kettles in a row" };
  const { name, email, password } = who;
  expect(await refusals(latchkey, "signUp", { name, email, password })).toEqual([]);
  const proof = tokenIn(await latchkey.mail.waitForMail(email, "Confirm your e-mail"), "/verify-email");
  expect((await signInProgram(latchkey, who)).userErrors).toMatchObject([{ code: "INVALID_CREDENTIALS" }]);
  await latchkey.mail.waitForMail(email, "Confirm your e-mail").then((letter) => expect(tokenIn(letter, "/verify-email")).not.toBe(proof));
  // Trying to sign in has sent a newer letter, so the first link is dead.
  expect(await refusals(latchkey, "verifyEmail", { token: proof })).toEqual([{ code: "LINK_INVALID", field: null }]);
  expect(await refusals(latchkey, "resendVerification", { email })).toEqual([]);
  const newest = tokenIn(await latchkey.mail.waitForMail(email, "Confirm your e-mail"), "/verify-email");
  expect(await refusals(latchkey, "verifyEmail", { token: newest })).toEqual([]);
  expect(await refusals(latchkey, "verifyEmail", { token: newest })).toEqual([{ code: "LINK_USED", field: null }]);

  const { token, userErrors } = await signInProgram(latchkey, who);
  expect(userErrors).toEqual([]);
  expect((await viewer(latchkey, token)).data.viewer).toMatchObject({ __typename: "User", email, name, phone: null, profile: { theme: "SYSTEM", timeZone: "UTC" } });
  expect((await viewer(latchkey, token)).data.viewer.emailVerifiedAt).toMatch(/^20\d\d-.*Z$/);
  expect((await viewer(latchkey)).data).toEqual({ viewer: null });

  const update = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { user { name phone } userErrors { code field message } } }";
  const changed = await graphql(latchkey, update, { input: { name: "Augusta King", phone: "+44 20 7946 0000" } }, token ?? "");
  expect(changed.data.updateProfile).toEqual({ user: { name: "Augusta King", phone: "+442079460000" }, userErrors: [] });
  const refused = await graphql(latchkey, update, { input: { name: "Nobody", phone: "12345", username: "-" } }, token ?? "");
  expect(refused.data.updateProfile.user).toBeNull();
  expect(refused.data.updateProfile.userErrors).toMatchObject([{ code: "INVALID_USERNAME", field: "username" }, { code: "INVALID_PHONE", field: "phone" }]);
  expect((await viewer(latchkey, token)).data.viewer.name).toBe("Augusta King");

  expect(await refusals(latchkey, "requestPasswordReset", { email })).toEqual([]);
  const reset = tokenIn(await latchkey.mail.waitForMail(email, "Set a new password"), "/reset-password");
  expect(await refusals(latchkey, "resetPassword", { token: reset, newPassword: "short" })).toEqual([{ code: "PASSWORD_TOO_SHORT", field: "newPassword" }]);
  expect(await refusals(latchkey, "resetPassword", { token: reset, newPassword: renewed.password })).toEqual([]);
  expect(await refusals(latchkey, "resetPassword", { token: reset, newPassword: "yet another kettle" })).toEqual([{ code: "LINK_USED", field: null }]);
  const dead = await viewer(latchkey, token);
  expect([dead.status, dead.data, dead.errors?.[0]?.extensions.code]).toEqual([401, undefined, "UNAUTHENTICATED"]);
  expect((await signInProgram(latchkey, who)).userErrors).toMatchObject([{ code: "INVALID_CREDENTIALS" }]);
  expect((await viewer(latchkey, (await signInProgram(latchkey, renewed)).token)).data.viewer).toMatchObject({ email });
  expect((await latchkey.mail.waitForMail(email)).subject).toBe("Your password for Latchkey was changed");
});

test("what is refused on the pages is refused by the same codes", async ({ latchkey }) => {
  expect(await refusals(latchkey, "signUp", { email: "", password: "" })).toEqual([
    { code: "REQUIRED", field: "email" },
    { code: "REQUIRED", field: "password" },
  ]);
  expect(await refusals(latchkey, "signUp", { email: "ada@", password: "passwordpassword" })).toEqual([{ code: "INVALID_EMAIL", field: "email" }]);
  expect(await refusals(latchkey, "signUp", { email: person().email, password: "passwordpassword" })).toEqual([{ code: "PASSWORD_COMMON", field: "password" }]);
  expect(await refusals(latchkey, "requestPasswordReset", { email: "ada@" })).toEqual([{ code: "INVALID_EMAIL", field: "email" }]);
  expect(await refusals(latchkey, "verifyEmail", { token: "broken" })).toEqual([{ code: "LINK_INVALID", field: null }]);
});

test("known and unknown addresses are answered alike", async ({ latchkey }) => {
  const [known, unknown] = [member(latchkey), person()];
  for (const { email } of [unknown, known]) {
    expect(await refusals(latchkey, "requestPasswordReset", { email })).toEqual([]);
    expect(await refusals(latchkey, "resendVerification", { email })).toEqual([]);
  }
  const password = "nine kettles in a row";
  expect(await refusals(latchkey, "signUp", { email: known.email.toUpperCase(), password })).toEqual([]);
  await latchkey.mail.waitForMail(known.email, "Set a new password");
  await latchkey.mail.waitForMail(known.email, "You already have an account");
  expect(await latchkey.mail.unread(unknown.email)).toEqual([]);
  expect((await signInProgram(latchkey, known)).token).toMatch(/^lks_/);
});

test("a program signs out, and ends its owner's other sessions", async ({ latchkey }) => {
  const who: Person = member(latchkey);
  const [first, second] = [(await signInProgram(latchkey, who)).token, (await signInProgram(latchkey, who)).token];
  const revoke = "mutation { revokeOtherSessions { revokedCount userErrors { code } } }";
  expect((await graphql(latchkey, revoke, {}, second ?? "")).data.revokeOtherSessions).toEqual({ revokedCount: 1, userErrors: [] });
  expect((await viewer(latchkey, first)).status).toBe(401);
  expect((await graphql(latchkey, "mutation { signOut { userErrors { code } } }", {}, second ?? "")).data.signOut).toEqual({ userErrors: [] });
  expect((await viewer(latchkey, second)).status).toBe(401);
});

test("one person does not see another", async ({ latchkey }) => {
  const [ada, ben] = [member(latchkey), member(latchkey)];
  const [hers, his] = [(await signInProgram(latchkey, ada)).token, (await signInProgram(latchkey, ben)).token];
  const { id } = (await viewer(latchkey, hers)).data.viewer;
  const node = "query($id: ID!) { node(id: $id) { id ... on User { email } } }";
  expect((await graphql(latchkey, node, { id }, hers ?? "")).data.node).toEqual({ id, email: ada.email });
  for (const token of [his ?? "", undefined]) expect(await graphql(latchkey, node, { id }, token)).toMatchObject({ status: 200, data: { node: null } });
});
