import type { Task } from "../../api/types";

// A first text for whoever does not know what to type, in both languages: they are data, and are not translated with the page.
export const examples: Record<Task, readonly string[]> = {
  translate: ["Two dogs are running along the beach.", "A woman in a red coat is reading a newspaper.", "保存文件"],
  classify: ["I left my card on the bus, please stop it", "Why has my refund not arrived yet?", "手机换号了，收不到验证码怎么办"],
};
