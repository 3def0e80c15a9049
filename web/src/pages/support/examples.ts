// First words for whoever does not know what to ask, in both languages: they are data, and are not translated with the page.
export const examples: readonly string[] = ["Where is my refund?", "I lost my card, please block it", "我的退款什么时候到账？"];

// How a customer asks for a person.
export const kAskForPerson = { en: "I want to talk to a person", zh: "我要人工客服" } as const;
