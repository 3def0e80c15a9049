// A share of 0..1 as a bar; the figure stands beside it as text.
export function Bar({ share, tone = "accent" }: { share: number; tone?: "accent" | "attention" | "bad" }) {
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <span class={`bar bar--${tone}`} aria-hidden="true">
      <span class="bar__fill" style={{ width }} />
    </span>
  );
}
