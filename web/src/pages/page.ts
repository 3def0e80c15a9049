import type { ComponentType } from "preact";

import type { Language } from "../i18n/translations";

// What a page is given: the rest of its address, #/name/path/path?query.
export interface PageProps {
  path: string[];
  query: Record<string, string>;
}

// A page is a folder here and a line in index.ts. `load` imports its module, whose default export draws it.
export interface PageEntry {
  name: string; // In the address.
  title: Record<Language, string>; // In the menu.
  // A route as /openapi.json writes it: on a server without it the menu leaves the page out.
  needs?: string;
  load(): Promise<{ default: ComponentType<PageProps> }>;
}
