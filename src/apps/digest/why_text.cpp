#include "apps/digest/why_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace heed::apps::digest {
namespace {

constexpr size_t kShownWords = 3;
constexpr double kLeast = 5e-3;  // less is not shown

std::string words_of(const Worth& worth) {
  std::string text;
  for (size_t k = 0; k < std::min(kShownWords, worth.words.size()); ++k) {
    if (std::abs(worth.words[k].second) >= kLeast)
      text +=
          fmt::format("{}{} {:+.2f}", text.empty() ? "" : ", ", worth.words[k].first, worth.words[k].second);
  }
  return text;
}

std::string worth_en(const Account& account) {
  const std::string words = words_of(account.worth);
  return fmt::format("worth {:.2f} to you{}", account.value,
                     words.empty() ? ", as is usual: nothing you did speaks of it" : " (" + words + ")");
}

std::string worth_zh(const Account& account) {
  const std::string words = words_of(account.worth);
  return fmt::format("对您的价值{:.2f}{}", account.value,
                     words.empty() ? "（平常值：您以往的阅读没有提到它）" : "（" + words + "）");
}

std::string cost_en(const Account& account) {
  std::string text =
      fmt::format("{:.2f} ({:.1f} minutes at {:.3f}", account.cost(), account.minutes, account.minute_price);
  if (account.subject_price > kLeast)
    text += fmt::format(", its subject's place {:.2f}", account.subject_price);
  if (account.source_price > kLeast) text += fmt::format(", its source's place {:.2f}", account.source_price);
  return text + ")";
}

std::string cost_zh(const Account& account) {
  std::string text =
      fmt::format("{:.2f}（{:.1f}分钟，每分钟{:.3f}", account.cost(), account.minutes, account.minute_price);
  if (account.subject_price > kLeast) text += fmt::format("，同主题位置{:.2f}", account.subject_price);
  if (account.source_price > kLeast) text += fmt::format("，同来源位置{:.2f}", account.source_price);
  return text + "）";
}

}  // namespace

void explain(Entry& entry) {
  const Account& account = entry.account;
  switch (entry.reason) {
    case Reason::must:
      entry.why_en = "you want to read whatever says this; " + worth_en(account);
      entry.why_zh = "您要求必读；" + worth_zh(account);
      return;
    case Reason::kept:
      entry.why_en = "you saved it, and are about to forget it";
      entry.why_zh = "您收藏过，即将遗忘";
      return;
    case Reason::unexpected:
      entry.why_en = fmt::format("something else: unlike what you read, worth {:.2f} +- {:.2f}",
                                 account.value, account.worth.spread);
      entry.why_zh =
          fmt::format("意外之选：与您以往所读不同，价值{:.2f}±{:.2f}", account.value, account.worth.spread);
      return;
    case Reason::chosen:
      const bool has_room = account.cost() < kLeast;
      entry.why_en = worth_en(account) +
                     (has_room ? "; there were minutes enough for it" : "; takes " + cost_en(account));
      entry.why_zh = worth_zh(account) + (has_room ? "；分钟充裕" : "；代价" + cost_zh(account));
  }
}

void explain(LeftOut& left_out) {
  const Account& account = left_out.account;
  const double missing = account.cost() - account.value;
  left_out.why_en = worth_en(account) + "; would have cost " + cost_en(account) +
                    (missing > 0 ? fmt::format(": others would have lost {:.2f} more than it brings", missing)
                                 : ": it did not fit as a whole");
  left_out.why_zh =
      worth_zh(account) + "；代价" + cost_zh(account) +
      (missing > 0 ? fmt::format("：其他内容的损失比它带来的多{:.2f}", missing) : "：整篇放不下");
}

void explain(LeftOut& left_out, const economy::MinuteGrant& refused) {
  const auto zh = [&]() -> std::string {
    switch (refused.refusal) {
      case economy::Refusal::quiet_hours:
        return "现在是您的安静时段";
      case economy::Refusal::none_left:
        return "今天的分钟已经用完";
      case economy::Refusal::task_limit:
        return "今天留给摘要的分钟已经用完";
      default:
        return fmt::format("这些分钟用在别处更值（每分钟{:.2f}）", refused.price);
    }
  };
  left_out.why_en = worth_en(left_out.account) + "; left out: " + refused.reason;
  left_out.why_zh = worth_zh(left_out.account) + "；未选入：" + zh();
}

}  // namespace heed::apps::digest
