// Addresses are #/page/part/part?name=value, so that the server serves plain files.

export interface Route {
  page: string; // "" where the address names none.
  path: string[];
  query: Record<string, string>;
}

type Query = Record<string, string | number | null | undefined>;

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  const [page = "", ...rest] = path.split("/").filter(Boolean).map(decode);
  return { page, path: rest, query: Object.fromEntries(new URLSearchParams(query)) };
}

// Empty values are left out of the query.
export function href(page: string, path: readonly (string | number)[] = [], query: Query = {}): string {
  const parts = [page, ...path].map((part) => encodeURIComponent(part));
  const pairs = Object.entries(query).filter(([, value]) => value !== "" && value != null);
  const tail = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return `#/${parts.join("/")}${tail && `?${tail}`}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
