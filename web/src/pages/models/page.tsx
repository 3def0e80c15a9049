import { request } from "../../api/client";
import { useResource } from "../../api/resource";
import type { Model } from "../../api/types";
import { useTexts } from "../../i18n/language";
import type { PageProps } from "../page";
import { ModelList } from "./list";
import { ModelView } from "./model";
import "./page.css";
import { texts } from "./strings";
import { Failure } from "../../ui/failure";

export default function ModelsPage({ path: [name], query }: PageProps) {
  const t = useTexts(texts);
  const models = useResource((signal) => request<{ data: Model[] }>("v1/models", { signal }), []);
  if (name !== undefined) return <ModelView name={name} compareWith={query["with"] ?? ""} models={models.data?.data ?? []} />;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
      </div>
      {models.error && <Failure error={models.error} onRetry={models.reload} retries />}
      {models.data && <ModelList models={models.data.data} />}
    </>
  );
}
