#include "model/safetensors.h"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "infer/tiny_model.h"

namespace heed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor floats(const std::string& name, const std::vector<int64_t>& shape, const std::vector<float>& values) {
  Tensor tensor{name, DataType::f32, shape, std::string(values.size() * sizeof(float), '\0')};
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

// A file from its parts, as anyone could write it.
std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes(8, '\0');
  const uint64_t size = header.size();
  std::memcpy(bytes.data(), &size, sizeof size);
  return bytes + header + data;
}

std::string refusal(const std::string& bytes) {
  try {
    parse_safetensors(bytes, "w.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    return error.what();
  }
  return "no error";
}

std::string refusal_of_tensor(const std::string& entry, size_t data_bytes) {
  return refusal(file_of("{\"a\":" + entry + "}", std::string(data_bytes, 'x')));
}

TEST(Safetensors, every_type_survives_the_round_trip) {
  const test::ScratchFolder folder;
  const auto path = folder / "w.safetensors";
  std::vector<Tensor> tensors = {floats("权重.weight", {2, 2}, {1.0F, -2.5F, 0.0F, 3e38F}),
                                 {"i8", DataType::i8, {3}, std::string("\x01\xff\x80", 3)},
                                 {"i32", DataType::i32, {1}, "abcd"},
                                 {"i64", DataType::i64, {1}, "abcdefgh"},
                                 {"u8", DataType::u8, {2, 1}, "ab"},
                                 {"f64", DataType::f64, {}, "12345678"},
                                 {"bf16", DataType::bf16, {2}, std::string("\x80\x3f\x00\xc0", 4)},
                                 {"empty", DataType::f32, {0, 4}, ""}};
  write_safetensors(path, tensors, {{"producer", "测试"}});
  const SafetensorsFile file(path);
  EXPECT_EQ(file.tensors().size(), tensors.size());
  for (const Tensor& tensor : tensors) {
    const TensorView& view = file.at(tensor.name);
    EXPECT_EQ(view.type, tensor.type) << tensor.name;
    EXPECT_EQ(view.shape, tensor.shape) << tensor.name;
    EXPECT_EQ(view.bytes, tensor.bytes) << tensor.name;
  }
  EXPECT_THAT(file.at("权重.weight").to_floats(), ElementsAre(1.0F, -2.5F, 0.0F, 3e38F));
  EXPECT_THAT(file.at("bf16").to_floats(), ElementsAre(1.0F, -2.0F));
  EXPECT_EQ(file.metadata().at("producer"), "测试");
}

TEST(Safetensors, the_layout_is_the_published_one_byte_for_byte) {
  const test::ScratchFolder folder;
  write_safetensors(folder / "w", {floats("a", {1}, {1.0F})}, {{"k", "v"}});
  std::string header = R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  header.append(128 - 8 - header.size(), ' ');
  EXPECT_EQ(read_file(folder / "w"), file_of(header, std::string("\x00\x00\x80\x3f", 4)));
}

TEST(Safetensors, a_name_given_twice_is_refused) {
  const std::string entry = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_THAT(refusal(file_of("{" + entry + "," + entry + "}", "abcd")),
              HasSubstr("w.safetensors: expected each tensor once, found 'a' again"));
}

TEST(Safetensors, each_array_is_aligned_to_its_own_type) {
  const test::ScratchFolder folder;
  write_safetensors(
      folder / "w",
      {{"b", DataType::i8, {3}, "abc"}, floats("a", {1}, {2.0F}), {"c", DataType::f64, {1}, "12345678"}});
  const std::string bytes = read_file(folder / "w");
  const SafetensorsContent content = parse_safetensors(bytes, "w");
  for (const auto& [name, view] : content.tensors) {
    EXPECT_EQ(static_cast<size_t>(view.bytes.data() - bytes.data()) % size_of(view.type), 0U) << name;
  }
  EXPECT_EQ(static_cast<size_t>(content.tensors.at("c").bytes.data() - bytes.data()) % 64, 0U);
}

TEST(Safetensors, writing_refuses_two_equal_names_and_a_shape_that_does_not_fit) {
  const test::ScratchFolder folder;
  const Tensor one = floats("a", {1}, {1.0F});
  EXPECT_THROW(write_safetensors(folder / "w", {one, one}), Error);
  EXPECT_THROW(write_safetensors(folder / "w", {floats("a", {2}, {1.0F})}), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "w"));
}

TEST(Safetensors, a_missing_name_is_answered_with_the_nearest) {
  const test::ScratchFolder folder;
  write_safetensors(folder / "w", {floats("embedding.weight", {1}, {1.0F})});
  const SafetensorsFile file(folder / "w");
  try {
    file.at("embeding.weight");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_THAT(error.what(), HasSubstr("'embedding.weight'"));
  }
}

TEST(SafetensorsCorruption, header_sizes_are_checked_before_anything_is_allocated) {
  EXPECT_THAT(refusal("1234567"), HasSubstr("at least 8 bytes"));
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("at most 100000000"));
  EXPECT_THAT(refusal(std::string("\x10\x00\x00\x00\x00\x00\x00\x00{}", 10)),
              HasSubstr("header of 16 bytes"));
  EXPECT_THAT(refusal(std::string(8, '\0')), HasSubstr("begins with '{'"));
}

TEST(SafetensorsCorruption, headers_that_are_not_flat_json_are_refused) {
  EXPECT_THAT(refusal(file_of("{\"a\":", "")), HasSubstr("in JSON"));
  EXPECT_THAT(refusal(file_of("[1]", "")), HasSubstr("begins with '{'"));
  EXPECT_THAT(refusal(file_of("{\"a\":" + std::string(100000, '['), "")), HasSubstr("at most 3 deep"));
  EXPECT_THAT(refusal(file_of("{\"\xff\":1}", "")), HasSubstr("in JSON"));
  EXPECT_THAT(refusal(file_of("{\"__metadata__\":{\"a\":1}}", "")), HasSubstr("__metadata__"));
}

TEST(SafetensorsCorruption, shapes_that_overflow_or_lie_are_refused) {
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})", 4),
              HasSubstr("F32 [2] takes"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})", 0),
              HasSubstr("takes, found 0"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[-1],"data_offsets":[0,1]})", 1),
              HasSubstr("from 0 to"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[18446744073709551615],"data_offsets":[0,1]})", 1),
              HasSubstr("from 0 to"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[1.0],"data_offsets":[0,1]})", 1),
              HasSubstr("from 0 to"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"F4","shape":[1],"data_offsets":[0,1]})", 1), HasSubstr("dtype"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[1]})", 1), HasSubstr("data_offsets"));
}

TEST(SafetensorsCorruption, offsets_outside_the_data_are_refused) {
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[2],"data_offsets":[0,2]})", 1),
              HasSubstr("within 1 bytes"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[1],"data_offsets":[2,1]})", 2),
              HasSubstr("within"));
  EXPECT_THAT(refusal_of_tensor(R"({"dtype":"I8","shape":[1],"data_offsets":[0,1,2]})", 2),
              HasSubstr("within"));
}

TEST(SafetensorsCorruption, holes_overlaps_and_left_over_bytes_are_refused) {
  const std::string a = R"("a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]})";
  const std::string hole = R"("b":{"dtype":"I8","shape":[1],"data_offsets":[3,4]})";
  const std::string overlap = R"("b":{"dtype":"I8","shape":[2],"data_offsets":[1,3]})";
  EXPECT_THAT(refusal(file_of("{" + a + "," + hole + "}", "wxyz")), HasSubstr("from byte 2"));
  EXPECT_THAT(refusal(file_of("{" + a + "," + overlap + "}", "wxy")), HasSubstr("no overlap"));
  EXPECT_THAT(refusal(file_of("{" + a + "}", "wxyz")), HasSubstr("expected 2 bytes of data, found 4"));
}

TEST(SafetensorsCorruption, every_truncation_of_a_file_is_refused) {
  const test::ScratchFolder folder;
  write_safetensors(folder / "w", {floats("a", {2, 3}, {1, 2, 3, 4, 5, 6}), floats("b", {2}, {7, 8})});
  const std::string bytes = read_file(folder / "w");
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(refusal(bytes.substr(0, size)), "no error") << size;
  }
}

TEST(SafetensorsCorruption, any_changed_byte_is_read_or_refused_but_never_crashes) {
  const test::ScratchFolder folder;
  write_safetensors(folder / "w", {floats("a", {2, 3}, {1, 2, 3, 4, 5, 6}), floats("b", {2}, {7, 8})});
  const std::string bytes = read_file(folder / "w");
  int refused = 0;
  for (size_t at = 0; at < 128; ++at) {
    for (const char change : {'\x01', '\x20', '\x80'}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      refused += refusal(changed) != "no error";
    }
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace heed
