#include "base/files.h"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace heed {
namespace {

[[noreturn]] void fail_io(const std::filesystem::path& path, const std::string& action) {
  const int reason = errno;
  std::string message = path.string() + ": cannot " + action + ": " + std::strerror(reason);
  if (reason != ENOENT) throw Error(ErrorCode::io, message);
  throw Error(ErrorCode::not_found,
              message + (action == "create" ? "; make its folder first" : "; check the name and the folder"));
}

// Closes on every way out.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

uint64_t regular_size(int fd, const std::filesystem::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) fail_io(path, "read");
  if (S_ISDIR(info.st_mode)) {
    throw Error(ErrorCode::invalid_argument, path.string() + ": expected a file, found a folder");
  }
  return static_cast<uint64_t>(info.st_size);
}

// Where a link leads: a rename would put the new file in the link's place.
std::filesystem::path behind_links(const std::filesystem::path& path) {
  std::error_code problem;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(path, problem))) return path;
  const std::filesystem::path target = std::filesystem::canonical(path, problem);
  return problem ? path : target;
}

// A device or pipe (/dev/null, /dev/stdout): written as it is, because a file renamed over it would replace
// it.
bool is_device(const std::filesystem::path& path) {
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

}  // namespace

std::string read_file(const std::filesystem::path& path, uint64_t max_bytes) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail_io(path, "open");
  const uint64_t size = regular_size(file.fd, path);
  if (size > max_bytes) {
    throw Error(ErrorCode::too_large, path.string() + ": expected at most " + std::to_string(max_bytes) +
                                          " bytes, found " + std::to_string(size));
  }
  std::string content(size, '\0');
  size_t filled = 0;
  while (true) {  // pipes and /proc files report size 0, so read until the end
    if (filled == content.size()) {
      if (content.size() >= max_bytes) break;
      content.resize(std::min<uint64_t>(max_bytes, content.size() + 4096));
    }
    const ssize_t count = ::read(file.fd, content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_io(path, "read");
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  content.resize(filled);
  return content;
}

void check_can_write(const std::filesystem::path& path) {
  std::error_code problem;
  if (std::filesystem::is_directory(path, problem)) {
    throw Error(ErrorCode::invalid_argument, path.string() + ": expected a file to write, found a folder");
  }
  const AtomicFile probe(path);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(behind_links(path)) {
  if (is_device(path_)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    side_path_ = path_.string() + ".tmp." + std::to_string(::getpid());
    descriptor_ = ::open(side_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  }
  if (descriptor_ < 0) fail_io(path_, "create");
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) drop();
}

void AtomicFile::drop() {
  ::close(descriptor_);
  if (!side_path_.empty()) ::unlink(side_path_.c_str());
  descriptor_ = -1;
}

void AtomicFile::fail(const char* action) {
  const int reason = errno;
  drop();
  throw Error(ErrorCode::io, path_.string() + ": cannot " + action + ": " + std::strerror(reason) +
                                 "; what was there before is kept: make room, or write elsewhere");
}

void AtomicFile::write(const void* bytes, size_t size) {
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::write(descriptor_, next, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write");
    next += count;
    size -= static_cast<size_t>(count);
  }
}

void AtomicFile::commit() {
  if (side_path_.empty()) return drop();
  if (::fsync(descriptor_) != 0) fail("flush");
  if (::rename(side_path_.c_str(), path_.c_str()) != 0) fail("rename into place");
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(path_.parent_path());
}

void sync_folder(const std::filesystem::path& folder) {
  const std::filesystem::path name = folder.empty() ? "." : folder;
  const Descriptor handle{::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (handle.fd >= 0) ::fsync(handle.fd);
}

void replace_symlink(const std::filesystem::path& link, const std::string& target) {
  const std::string side = link.string() + ".tmp." + std::to_string(::getpid());
  ::unlink(side.c_str());
  if (::symlink(target.c_str(), side.c_str()) != 0) fail_io(link, "create");
  if (::rename(side.c_str(), link.c_str()) != 0) fail_io(link, "replace");
  sync_folder(link.parent_path());
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) fail_io(path, "open");
  size_ = regular_size(file.fd, path);
  if (size_ == 0) return;
  void* mapping = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (mapping == MAP_FAILED) fail_io(path, "map");
  data_ = static_cast<const char*>(mapping);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

}  // namespace heed
