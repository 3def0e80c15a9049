import type { PageEntry } from "./page";

// In the order of the menu.
export const pages: PageEntry[] = [
  { name: "overview", title: { en: "Overview", zh: "概览" }, load: () => import("./overview/page") },
  { name: "models", title: { en: "Models", zh: "模型" }, load: () => import("./models/page") },
  { name: "try", title: { en: "Try it", zh: "试一试" }, load: () => import("./try/page") },
  { name: "events", title: { en: "Events", zh: "事件" }, load: () => import("./events/page") },
  { name: "support", title: { en: "Support", zh: "客服" }, needs: "/v1/support/conversations", load: () => import("./support/page") },
  { name: "monitor", title: { en: "Opinion", zh: "舆情" }, needs: "/v1/monitor/trends", load: () => import("./monitor/page") },
  { name: "recommend", title: { en: "Recommend", zh: "推荐" }, needs: "/v1/recommend", load: () => import("./recommend/page") },
  { name: "digest", title: { en: "Digest", zh: "摘要" }, needs: "/v1/digest", load: () => import("./digest/page") },
  { name: "economy", title: { en: "Economy", zh: "注意力经济" }, needs: "/v1/economy/flow", load: () => import("./economy/page") },
];
