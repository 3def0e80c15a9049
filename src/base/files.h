#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace heed {

// The whole file. Throws not_found, io, or too_large when it holds more than `max_bytes` (checked before
// any allocation).
std::string read_file(const std::filesystem::path& path, uint64_t max_bytes = uint64_t{1} << 32);

// Throws what write_file_atomically would at its start (no such folder, no permission, a folder of that
// name), and leaves nothing: for a command to ask before its work.
void check_can_write(const std::filesystem::path& path);

// Writes to the side (`path` + ".tmp.<pid>"), flushes to the disk, then renames over `path`: a reader or a
// crash sees the old content or the new, never a part. On any failure the old file is untouched, the
// side file is removed, and Error{io} names the path and the reason ("No space left on device").
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

// A file written piece by piece to the side and renamed into place by `commit`; the destructor of an
// uncommitted one removes the side file. Same promises as write_file_atomically. A link is followed; a device
// or pipe (/dev/stdout) is written as it stands.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, size_t size);
  void write(std::string_view bytes) { write(bytes.data(), bytes.size()); }
  void commit();

 private:
  void fail(const char* action);
  void drop();

  std::filesystem::path path_;
  std::filesystem::path side_path_;  // "": the path itself is written
  int descriptor_ = -1;
};

// Flushes a folder's entries to the disk, so that a rename inside it survives a power cut.
void sync_folder(const std::filesystem::path& folder);

// Makes `link` point to `target` (a relative name), replacing an older link in one step.
void replace_symlink(const std::filesystem::path& link, const std::string& target);

// A read-only mapping of a whole file. Empty files map to an empty view.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;

  std::string_view bytes() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace heed
