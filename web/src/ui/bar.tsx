// A share of 0..1 as a bar; the figure stands beside it as text.
export function Bar({ share, tone = "accent" }: { share: number; tone?: "accent" | "attention" | "bad" }) {
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <span class={`bar bar--${tone}`} aria-hidden="true">
      <span class="bar__fill" style={{ width }} />
    </span>
  );
}

// Shares one after another, together at most 1, each in the colour of its swatch.
export function StackedBar({ parts }: { parts: readonly { swatch: string | number; share: number }[] }) {
  return (
    <span class="bar bar--stacked" aria-hidden="true">
      {parts.map(({ swatch, share }, i) => (
        <span key={i} class={`bar__part swatch--${swatch}`} style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
      ))}
    </span>
  );
}
