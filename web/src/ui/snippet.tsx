import { useState } from "preact/hooks";

import { useTexts } from "../i18n/language";
import { uiTexts } from "./strings";

// A command to copy. Browsers offer the clipboard to pages from this machine or over HTTPS alone.
export function Snippet({ label, code }: { label: string; code: string }) {
  const t = useTexts(uiTexts);
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(code).then(() => setCopied(true));
  return (
    <div class="snippet">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      {navigator.clipboard && (
        <button class="button button--quiet" type="button" onClick={copy}>
          <span aria-live="polite">{copied ? t.copied : t.copy}</span>
        </button>
      )}
    </div>
  );
}
