#include "store/followed_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "store/line_buffer.h"

namespace heed::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookEvery{50};
constexpr size_t kHeadBytes = 256;

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/.
uint64_t hash_of(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

struct FileIdentity {
  uint64_t device = 0, inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

// How far a file was acknowledged. The number of a deleted file is given to a new one soon: the hash of the
// first bytes tells them apart.
struct Position {
  FileIdentity file;
  int64_t offset = 0;
  int64_t head_bytes = 0;
  std::string head;  // 16 hexadecimal digits
};

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

std::string head_of(int descriptor, int64_t bytes) {
  char head[kHeadBytes];
  const ssize_t count = ::pread(descriptor, head, static_cast<size_t>(bytes), 0);
  return fmt::format("{:016x}", hash_of({head, static_cast<size_t>(std::max<ssize_t>(count, 0))}));
}

class FileFollower : public Stream {
 public:
  FileFollower(FollowedFile file, const StreamLimits& limits)
      : file_(std::move(file)),
        name_("file:" + fs::absolute(file_.path).string()),
        lines_(limits.max_message_bytes) {
    if (name_.size() > 768) {
      throw Error(ErrorCode::invalid_argument,
                  name_ + ": expected a path of at most 760 bytes, found a longer one");
    }
    if (!file_.position.empty()) check_can_write(file_.position);
  }

  const std::string& name() const override { return name_; }

  std::vector<Message> read(size_t max, std::chrono::milliseconds timeout) override {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::vector<Message> messages;
    while (true) {
      if (!descriptor_) open_first();
      const bool is_rotated_away = descriptor_ && is_replaced();  // asked before the last bytes are read
      const bool has_more = descriptor_ && fill();
      take_lines(max, is_rotated_away && !has_more, messages);
      if (!messages.empty()) return messages;
      if (has_more) continue;
      if (is_rotated_away && lines_.held() == 0) {
        open_at(Descriptor(::open(file_.path.c_str(), O_RDONLY | O_CLOEXEC)), 0);
        continue;
      }
      if (std::chrono::steady_clock::now() >= deadline) return messages;
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(
          kLookEvery, std::max<std::chrono::nanoseconds>(deadline - std::chrono::steady_clock::now(),
                                                         std::chrono::milliseconds(1))));
    }
  }

  // The position moves over what was acknowledged without a gap.
  void acknowledge(std::span<const Message> messages) override {
    for (const Message& message : messages) {
      const auto one = std::find_if(handed_out_.begin(), handed_out_.end(),
                                    [&](const HandedOut& out) { return out.id == message.id; });
      if (one != handed_out_.end()) one->is_done = true;
    }
    bool has_moved = false;
    for (; !handed_out_.empty() && handed_out_.front().is_done; handed_out_.pop_front()) {
      position_ = handed_out_.front().after;
      has_moved = true;
    }
    if (has_moved && !file_.position.empty()) write_position();
  }

 private:
  struct HandedOut {
    std::string id;
    Position after;
    bool is_done = false;
  };

  // True where another file stands at the path now.
  bool is_replaced() const {
    struct stat status {};
    return ::stat(file_.path.c_str(), &status) == 0 && !(identity_of(status) == identity_);
  }

  // Reads a piece; false at the end of what is there.
  bool fill() {
    struct stat status {};
    if (::fstat(descriptor_.get(), &status) == 0 && status.st_size < offset_) {
      spdlog::info("{}: was truncated, begins again", name_);
      offset_ = 0;
      lines_.restart(0);
    }
    char bytes[65536];
    const ssize_t count = ::pread(descriptor_.get(), bytes, sizeof bytes, offset_);
    if (count < 0 && errno != EINTR) {
      throw Error(ErrorCode::io, name_ + ": expected to read, found: " + std::strerror(errno));
    }
    if (count <= 0) return false;
    offset_ += count;
    lines_.add({bytes, static_cast<size_t>(count)});
    return true;
  }

  void take_lines(size_t max, bool at_end, std::vector<Message>& messages) {
    while (messages.size() < max) {
      auto line = lines_.next(at_end);
      if (!line) return;
      Message& message = line->message;
      message.id = fmt::format("{}-{}-{}-{:016x}", identity_.device, identity_.inode, line->begin,
                               hash_of(message.body));
      handed_out_.push_back({message.id, position_at(static_cast<int64_t>(lines_.consumed()))});
      messages.push_back(std::move(message));
    }
  }

  Position position_at(int64_t offset) {
    const int64_t head_bytes = std::min<int64_t>(offset, kHeadBytes);
    if (head_bytes != head_bytes_) {
      head_bytes_ = head_bytes;
      head_ = head_of(descriptor_.get(), head_bytes);
    }
    return {identity_, offset, head_bytes, head_};
  }

  // Where the position file says, or at the start.
  void open_first() {
    if (!has_started_ && !file_.position.empty() && fs::exists(file_.position)) {
      const Position position = read_position();
      if (Descriptor old = find(position)) {
        has_started_ = true;
        open_at(std::move(old), position.offset);
        return;
      }
      spdlog::warn("{}: the file that was read last is gone, begins at the start of the present one", name_);
    }
    Descriptor file(::open(file_.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno != ENOENT) {
      throw Error(ErrorCode::io, name_ + ": expected a file to read, found: " + std::strerror(errno));
    }
    if (!file) return;  // not there yet
    has_started_ = true;
    open_at(std::move(file), 0);
  }

  void open_at(Descriptor file, int64_t offset) {
    descriptor_ = std::move(file);
    if (!descriptor_) return;
    struct stat status {};
    ::fstat(descriptor_.get(), &status);
    if (S_ISDIR(status.st_mode)) {
      throw Error(ErrorCode::invalid_argument, name_ + ": expected a file, found a folder");
    }
    identity_ = identity_of(status);
    offset_ = offset;
    head_bytes_ = -1;
    lines_.restart(static_cast<uint64_t>(offset));
  }

  // The file of `position`, under its name or, rotated away, another in its folder.
  Descriptor find(const Position& position) const {
    const auto open_if_same = [&](const fs::path& path) {
      struct stat status {};
      if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
          !(identity_of(status) == position.file) || status.st_size < position.offset) {
        return Descriptor();
      }
      Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (file && head_of(file.get(), position.head_bytes) != position.head) return Descriptor();
      return file;
    };
    if (Descriptor file = open_if_same(file_.path)) return file;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(fs::absolute(file_.path).parent_path(), ignored)) {
      if (Descriptor file = open_if_same(entry.path())) return file;
    }
    return Descriptor();
  }

  Position read_position() const {
    const std::string where = file_.position.string();
    const Json json = read_json_file(file_.position, 4096);
    const auto number = [&](const char* name) { return json_field<int64_t>(json, name, where); };
    const Position position{
        .file = {static_cast<uint64_t>(number("device")), static_cast<uint64_t>(number("inode"))},
        .offset = number("offset"),
        .head_bytes = number("head_bytes"),
        .head = json_field<std::string>(json, "head", where)};
    const bool is_sane = position.offset >= 0 && position.head_bytes >= 0 &&
                         position.head_bytes <= static_cast<int64_t>(kHeadBytes);
    if (is_sane) return position;
    throw Error(
        ErrorCode::corrupt_data,
        where +
            ": expected the position of a followed file, found numbers out of range; delete it to begin "
            "at the start");
  }

  void write_position() const {
    const Json json = {{"device", position_.file.device},
                       {"inode", position_.file.inode},
                       {"offset", position_.offset},
                       {"head_bytes", position_.head_bytes},
                       {"head", position_.head}};
    write_file_atomically(file_.position, json.dump() + "\n");
  }

  FollowedFile file_;
  std::string name_;
  LineBuffer lines_;
  Descriptor descriptor_;
  FileIdentity identity_;
  int64_t offset_ = 0;  // of the next byte to read
  int64_t head_bytes_ = -1;
  std::string head_;
  bool has_started_ = false;
  std::deque<HandedOut> handed_out_;
  Position position_;
};

}  // namespace

std::unique_ptr<Stream> follow_file(const FollowedFile& file, const StreamLimits& limits) {
  return std::make_unique<FileFollower>(file, limits);
}

}  // namespace heed::store
