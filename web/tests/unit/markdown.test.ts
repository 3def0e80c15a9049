import assert from "node:assert/strict";
import { test } from "node:test";

import { parseInline, parseMarkdown, type Inline } from "../../src/ui/markdown";

const text = (value: string): Inline => ({ kind: "text", text: value });

test("a card's blocks are told apart", () => {
  const card = "# bank\n\nIntents,\nin two lines.\n\n## Data\n\n- one\n- two\n  goes on\n\n1. first\n\n> said\n\n---\n\n    heed train x\n    --set y\n\n```\n# no heading\n```\n";
  assert.deepEqual(
    parseMarkdown(card).map((block) => block.kind),
    ["heading", "paragraph", "heading", "list", "list", "quote", "rule", "code", "code"],
  );
  const [, paragraph, , list, , , , indented, fenced] = parseMarkdown(card);
  assert.deepEqual(paragraph, { kind: "paragraph", children: [text("Intents, in two lines.")] });
  assert.deepEqual(list, { kind: "list", ordered: false, items: [[text("one")], [text("two goes on")]] });
  assert.deepEqual(indented, { kind: "code", text: "heed train x\n--set y" });
  assert.deepEqual(fenced, { kind: "code", text: "# no heading" });
});

test("a table has its head and its rows, and a bar that is escaped stays in its cell", () => {
  const [table] = parseMarkdown("| split | value |\n|---|--:|\n| valid | 39.18 |\n| a\\|b | 2 |");
  assert.deepEqual(table, {
    kind: "table",
    head: [[text("split")], [text("value")]],
    rows: [
      [[text("valid")], [text("39.18")]],
      [[text("a|b")], [text("2")]],
    ],
  });
});

test("marks within a line", () => {
  assert.deepEqual(parseInline("中文 **粗 *斜*** `a*b*` 2 * 3 * 4"), [
    text("中文 "),
    { kind: "strong", children: [text("粗 *斜")] },
    text("* "),
    { kind: "code", text: "a*b*" },
    text(" 2 * 3 * 4"),
  ]);
});

test("only http and https links become links", () => {
  assert.deepEqual(parseInline("[a](https://x.org/)"), [{ kind: "link", href: "https://x.org/", children: [text("a")] }]);
  for (const target of ["javascript:alert", "data:text/html,x", "JaVaScRiPt:x", "//x.org", "file:///etc/passwd"]) {
    assert.deepEqual(parseInline(`[a](${target})`), [text(`[a](${target})`)]);
  }
});

test("text of HTML stays text", () => {
  assert.deepEqual(parseMarkdown("<script>alert(1)</script>"), [{ kind: "paragraph", children: [text("<script>alert(1)</script>")] }]);
});

test("cards that were made to nest or to be searched without end are read all the same", () => {
  for (const piece of ["[", "*", "**a", "`", "|", "> ", "- ", "```\n", "|-", "[a](", "<http:"]) {
    assert.ok(parseMarkdown(piece.repeat(50_000)).length > 0, piece);
    assert.ok(parseMarkdown(`${piece}\n`.repeat(5000)).length > 0, piece);
  }
});
