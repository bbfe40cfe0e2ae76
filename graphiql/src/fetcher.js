// One POST per operation, to this origin only.

export function createFetcher(endpoint) {
  return async function fetcher(params, options) {
    const response = await fetch(endpoint, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        accept: "application/graphql-response+json, application/json;q=0.9",
        "content-type": "application/json",
        ...options?.headers,
      },
      body: JSON.stringify(params),
    });
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      // A proxy's error page, a rate limit in plain text: show what came instead of a parse error.
      const status = `${response.status} ${response.statusText}`.trim();
      return { errors: [{ message: `The server did not answer with JSON (${status}).`, body: text.slice(0, 2000) }] };
    }
  };
}
