import type { ComponentChildren } from "preact";

export interface NoticeProps {
  title: string;
  text?: string | undefined;
  tone?: "plain" | "warn" | "bad";
  heading?: "h1" | "h2" | "h3" | "p"; // What the title is in the page's outline.
  children?: ComponentChildren;
}

// Says what is the matter and what to do about it.
export function Notice({ title, text, tone = "plain", heading: Heading = "p", children }: NoticeProps) {
  return (
    <div class={`notice notice--${tone}`}>
      <Heading class="notice__title">{title}</Heading>
      {text && <p class="notice__text">{text}</p>}
      {children && <div class="notice__more">{children}</div>}
    </div>
  );
}
