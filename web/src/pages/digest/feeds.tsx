import type { Feed } from "../../api/digest";
import { useFormats, useTexts } from "../../i18n/language";
import { Table } from "../../ui/table";
import { texts } from "./strings";

// Where stories come from, and what is wrong there.
export function Feeds({ feeds }: { feeds: readonly Feed[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <section class="section">
      <h2>{t.feeds}</h2>
      <Table
        label={t.feeds}
        rows={feeds}
        rowKey={({ url }) => url}
        columns={[
          { title: t.feed, cell: ({ url }) => <span class="digest__feed">{url}</span> },
          { title: t.asked, cell: ({ asked }) => (asked ? f.dateTime(Date.parse(asked)) : t.notAsked) },
          { title: t.entries, number: true, cell: ({ entries }) => f.integer(entries) },
          { title: t.state, cell: ({ asked, problem }) => (problem ? <span class="digest__problem">{problem}</span> : asked ? <span class="tag tag--good">{t.fine}</span> : "–") },
        ]}
      />
    </section>
  );
}
