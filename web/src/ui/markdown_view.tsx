import { createElement, type ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";

import { parseMarkdown, type Block, type Inline } from "./markdown";

// `topLevel` is the heading that a card's # becomes, so that it fits the page's outline.
export function Markdown({ text, topLevel }: { text: string; topLevel: number }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <div class="markdown">{blocks.map((block, i) => drawBlock(block, i, topLevel))}</div>;
}

function drawInline(parts: Inline[]): ComponentChildren {
  return parts.map((part, i) => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "code":
        return <code key={i}>{part.text}</code>;
      case "strong":
        return <strong key={i}>{drawInline(part.children)}</strong>;
      case "emphasis":
        return <em key={i}>{drawInline(part.children)}</em>;
      case "link":
        return (
          <a key={i} href={part.href} target="_blank" rel="noopener noreferrer">
            {drawInline(part.children)}
          </a>
        );
    }
  });
}

function drawBlock(block: Block, key: number, topLevel: number): ComponentChildren {
  switch (block.kind) {
    case "heading":
      return createElement(`h${Math.min(block.level + topLevel - 1, 6)}`, { key }, drawInline(block.children));
    case "paragraph":
      return <p key={key}>{drawInline(block.children)}</p>;
    case "code":
      return (
        <pre key={key} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "quote":
      return <blockquote key={key}>{block.blocks.map((inner, i) => drawBlock(inner, i, topLevel))}</blockquote>;
    case "list":
      return createElement(
        block.ordered ? "ol" : "ul",
        { key },
        block.items.map((item, i) => <li key={i}>{drawInline(item)}</li>),
      );
    case "table":
      return drawTable(block, key);
    case "rule":
      return <hr key={key} />;
  }
}

function drawTable({ head, rows }: Extract<Block, { kind: "table" }>, key: number): ComponentChildren {
  return (
    <div key={key} class="table-scroll" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} scope="col">
                {drawInline(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>{drawInline(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
