// The tabs a first visitor finds. GraphiQL names a tab after its operation.

const variables = (value) => JSON.stringify(value, null, 2);

export const examples = [
  {
    query: `# Who is asking, and where they belong.
query WhoAmI {
  viewer {
    __typename
    ... on User {
      id
      email
      username
      name
      profile {
        timeZone
        language
        theme
      }
      memberships(first: 10) {
        nodes {
          role
          organization {
            name
            slug
          }
        }
      }
    }
  }
}
`,
  },
  {
    query: `# Creates an account.
# Fill in the password under Variables.
mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
    userErrors {
      code
      message
      field
    }
  }
}
`,
    variables: variables({ input: { email: "ada@example.com", password: "", name: "Ada Lovelace" } }),
  },
  {
    query: `# For programs: answers with a bearer token, sets no
# cookie. To use the token here, put under Headers:
#   { "Authorization": "Bearer <token>" }
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    token
    expiresAt
    user {
      id
    }
    userErrors {
      code
      message
      field
    }
  }
}
`,
    variables: variables({ input: { email: "ada@example.com", password: "" } }),
  },
];
