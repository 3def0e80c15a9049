import { serverKey } from "../api/key";

// A curl command for this server, its options a line each; with the key's place where one is in use.
export function curl(path: string, ...options: string[]): string {
  const key = serverKey.value.key ? ['-H "Authorization: Bearer $HEED_KEY"'] : [];
  return [`curl ${new URL(path, location.href.replace(/#.*/, ""))}`, ...key, ...options].join(" \\\n  ");
}
