#pragma once

#include <vector>

#include "apps/support/dataset.h"

namespace heed::test {

// Questions that customers ask, with their answers: enough of them that a word tells one from another.
inline const std::vector<apps::support::KnowledgeRow> kPassages = {
    {.id = "faq:2",
     .title = "Can I use my card abroad?",
     .text = "Yes, everywhere. 1.5 % is charged outside the euro area.",
     .source = "faq.csv, 1",
     .language = "en"},
    {.id = "faq:3",
     .title = "How safe is my money?",
     .text = "Deposits up to 100,000 euros are protected by law.",
     .source = "faq.csv, 2",
     .language = "en"},
    {.id = "faq:4",
     .title = "Can I deposit coins?",
     .text = "At branches with a coin machine.",
     .questions = {"where can I get rid of a jar of pennies"},
     .source = "faq.csv, 3",
     .language = "en"},
    {.id = "faq:5",
     .title = "在国外能用卡吗？",
     .text = "可以，在所有支持该卡组织的地方都能用。",
     .source = "faq.csv，1",
     .language = "zh"},
    {.id = "faq:6",
     .title = "可以存硬币吗？",
     .text = "有硬币机的网点可以。QR 无需输入。",
     .source = "faq.csv，3",
     .language = "zh"},
    {.id = "faq:7",
     .title = "When are your branches open?",
     .text = "From 9 to 17 on weekdays.",
     .source = "faq.csv, 4",
     .language = "en"},
    {.id = "faq:8",
     .title = "How do I close an account?",
     .text = "In writing, or at any branch with an identity document.",
     .source = "faq.csv, 5",
     .language = "en"},
    {.id = "faq:9",
     .title = "网点几点营业？",
     .text = "工作日九点到十七点。",
     .source = "faq.csv，4",
     .language = "zh"},
    {.id = "faq:10",
     .title = "怎样注销账户？",
     .text = "带身份证件到任一网点办理。",
     .source = "faq.csv，5",
     .language = "zh"}};

}  // namespace heed::test
