/* chartguard for C++17: handles that free themselves, std::string_view in, exceptions; nothing but this header over chartguard.h.
 *
 * Every class wraps one object of chartguard.h: it is moved and not copied, and get() gives the C handle. What chartguard.h says of a
 * function holds here too. Any number of threads may call const members of one object.
 *
 * Texts     go in as std::string_view and are read during the call only. They come out as std::string_view borrowed from the object that
 *           was asked, which must outlive them; an object that is about to vanish, scrubber.scrub(note).text(), gives a std::string.
 * Errors    are chartguard::error, which holds no text of a note. A function of yours that the library calls may throw: the exception
 *           does not pass through C, and comes out of the call that led to it; what a log throws is dropped.
 */
#ifndef CHARTGUARD_HPP
#define CHARTGUARD_HPP

#include <chartguard.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chartguard {

/** Why a call gave no result. Holds no text of a note, so it may be logged. */
class error : public std::runtime_error {
 public:
  /** The first `location` bytes of the message say where; `line` and `column` are 0 where none applies. */
  error(cg_status status, const std::string &message, std::optional<std::size_t> byte, std::size_t location = 0, std::size_t line = 0,
        std::size_t column = 0)
      : std::runtime_error(message), status_(status), byte_(byte), location_(location), line_(line), column_(column) {}
  cg_status status() const noexcept { return status_; }
  /** The byte of the input text where the mistake is, where one applies. */
  std::optional<std::size_t> byte() const noexcept { return byte_; }
  /** Where it was, outermost first: a file, a line and column, a key, a byte; empty where no place applies. Borrowed from this error. */
  std::string_view location() const noexcept { return {what(), location_}; }
  /** The line of a configuration or file, from 1, where one applies. */
  std::optional<std::size_t> line() const noexcept { return line_ ? std::optional(line_) : std::nullopt; }
  /** The column of that line, from 1 and in code points. */
  std::optional<std::size_t> column() const noexcept { return column_ ? std::optional(column_) : std::nullopt; }

 private:
  cg_status status_;
  std::optional<std::size_t> byte_;
  std::size_t location_, line_, column_;
};

/** The version of the library, such as "0.1.0". */
inline std::string_view version() { return cg_version(); }

/** Throws unless the library that runs has the binary interface that this header was written for. */
inline void require_abi() {
  if (cg_abi_version() != CG_ABI_VERSION)
    throw error(CG_STATUS_ARGUMENT, "the library has another binary interface than the header", std::nullopt);
}

namespace detail {

inline std::string_view view(cg_str text) { return {text.ptr, text.len}; }
inline const std::uint8_t *bytes_of(std::string_view data) { return reinterpret_cast<const std::uint8_t *>(data.data()); }

/** What a function of the caller's threw during a call; it is thrown anew when the call has returned. */
inline std::exception_ptr &thrown() {
  thread_local std::exception_ptr exception;
  return exception;
}

inline error error_of(const cg_error *err) {
  std::size_t byte = cg_error_byte(err);
  return error(cg_error_status(err), std::string(view(cg_error_message(err))), byte == SIZE_MAX ? std::nullopt : std::optional(byte),
               cg_error_location(err).len, cg_error_line(err), cg_error_column(err));
}

inline void check(cg_status status, cg_error *err) {
  std::unique_ptr<cg_error, void (*)(cg_error *)> owner(err, cg_error_free);
  if (std::exception_ptr exception = std::exchange(thrown(), nullptr)) std::rethrow_exception(exception);
  if (status == CG_STATUS_OK) return;
  if (!err) throw error(status, "the call failed", std::nullopt);
  throw error_of(err);
}

/** Calls `call(&err)` and throws what it says. */
template <typename Call>
void perform(Call call) {
  cg_error *err = nullptr;
  cg_status status = call(&err);
  check(status, err);
}

/** Calls `call(&out, &err)` and gives what it made. */
template <typename T, typename Call>
T *produce(Call call) {
  T *out = nullptr;
  perform([&](cg_error **err) { return call(&out, err); });
  return out;
}

/** Owns one object of the library, or stands for one that lies within another and is not to outlive that. */
template <typename T, void (*Free)(T *)>
class handle {
 public:
  explicit handle(T *object) noexcept : object_(object) {}
  /** The library only reads what it lent. */
  explicit handle(const T *lent) noexcept : object_(const_cast<T *>(lent), freed{false}) {}
  /** The C handle, which stays owned. */
  T *get() const noexcept { return object_.get(); }
  /** Gives the C handle away; who takes it frees it. */
  T *release() noexcept { return object_.release(); }

 private:
  struct freed {
    bool owned = true;
    void operator()(T *object) const noexcept {
      if (owned) Free(object);
    }
  };
  std::unique_ptr<T, freed> object_;
};

}  // namespace detail

/** Is told of a call that failed: its status, the name of the function of C, and the message. From any thread, any number at the same time. */
using log = std::function<void(cg_status status, std::string_view function, std::string_view message)>;

/** Has `keep` told of every call that fails from now on, in the whole process; an empty one stops that. What was set before is kept, since another
 * thread may be in it: set a few, not one for each call. */
inline void set_log(log keep) {
  /* Never freed, and so there for threads that outlive main(). */
  static auto &kept = *new std::vector<std::unique_ptr<log>>;
  static auto &lock = *new std::mutex;
  if (!keep) return cg_log_set(nullptr, nullptr);
  auto own = std::make_unique<log>(std::move(keep));
  const std::lock_guard<std::mutex> guard(lock);
  kept.push_back(std::move(own));
  cg_log_set(
      [](void *context, cg_status status, const char *function, std::size_t function_len, const char *message, std::size_t message_len) noexcept {
        try {
          (*static_cast<log *>(context))(status, {function, function_len}, {message, message_len});
        } catch (...) {
        }
      },
      kept.back().get());
}

/** Bytes handed out. */
class bytes : public detail::handle<cg_bytes, cg_bytes_free> {
 public:
  using handle::handle;
  const std::uint8_t *data() const & { return cg_bytes_data(get()); }
  std::size_t size() const { return cg_bytes_len(get()); }
  std::string_view view() const & { return {reinterpret_cast<const char *>(data()), size()}; }
  const std::uint8_t *data() const && = delete;
  std::string view() const && { return std::string((*this).view()); }
};

/** A token with which calls are stopped, from any thread, or when a time is over: they throw CG_STATUS_CANCELLED soon. */
class cancel : public detail::handle<cg_cancel, cg_cancel_free> {
 public:
  /** One that is set by nothing but set(). */
  cancel() : cancel(std::uint64_t{0}) {}
  /** One that sets itself after `time`; less than a millisecond counts as one. */
  template <typename Rep, typename Period>
  static cancel after(std::chrono::duration<Rep, Period> time) {
    auto whole = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    return cancel(whole < 1 ? 1 : static_cast<std::uint64_t>(whole));
  }
  void set() const {
    detail::perform([&](cg_error **err) { return cg_cancel_set(get(), err); });
  }
  bool is_set() const noexcept { return cg_cancel_is_set(get()); }

 private:
  explicit cancel(std::uint64_t milliseconds)
      : handle(detail::produce<cg_cancel>([&](cg_cancel **out, cg_error **err) { return cg_cancel_new(milliseconds, out, err); })) {}
};

/** What was found, where, and what was done to it; texts are borrowed from the scrubbed note. */
struct finding {
  std::size_t start, end;                        /* bytes of the input */
  std::size_t start_code_point, end_code_point;  /* code points of the input */
  std::size_t output_start, output_end;          /* bytes of the scrubbed text */
  cg_category category;
  float score;
  std::string_view detector, action;
};

/** A scrubbed note and what was removed from it. */
class scrubbed : public detail::handle<cg_scrubbed, cg_scrubbed_free> {
 public:
  using handle::handle;
  std::string_view text() const & { return detail::view(cg_scrubbed_text(get())); }
  std::size_t size() const { return cg_scrubbed_finding_count(get()); }
  finding operator[](std::size_t index) const & {
    cg_finding f{};
    f.size = sizeof f;
    if (cg_scrubbed_finding_at(get(), index, &f) != CG_STATUS_OK) throw std::out_of_range("there is no finding of that index");
    return {f.start,        f.end,        f.start_code_point,
            f.end_code_point, f.output_start, f.output_end,
            static_cast<cg_category>(f.category), f.score, detail::view(f.detector),
            detail::view(f.action)};
  }
  std::vector<finding> findings() const & {
    std::vector<finding> out;
    out.reserve(size());
    for (std::size_t index = 0; index < size(); index++) out.push_back((*this)[index]);
    return out;
  }
  std::string_view findings_json() const & { return detail::view(cg_scrubbed_findings_json(get())); }
  /** As findings_json, with why each was made. */
  std::string_view explained_json() const & { return detail::view(cg_scrubbed_explained_json(get())); }
  std::string text() const && { return std::string((*this).text()); }
  finding operator[](std::size_t) const && = delete;
  std::vector<finding> findings() const && = delete;
  std::string findings_json() const && { return std::string((*this).findings_json()); }
  std::string explained_json() const && { return std::string((*this).explained_json()); }
};

/** What became of each note of a batch. */
class batch : public detail::handle<cg_batch, cg_batch_free> {
 public:
  using handle::handle;
  std::size_t size() const { return cg_batch_count(get()); }
  /** The scrubbed note at `index`, borrowed from the batch; throws what that note failed with. */
  scrubbed operator[](std::size_t index) const & {
    if (const cg_scrubbed *lent = cg_batch_scrubbed(get(), index)) return scrubbed(lent);
    const cg_error *failed = cg_batch_error(get(), index);
    if (!failed) throw std::out_of_range("there is no note of that index");
    throw detail::error_of(failed);
  }
  scrubbed operator[](std::size_t) const && = delete;
};

/** A scrubbed message and what was removed from it. */
class message : public detail::handle<cg_message, cg_message_free> {
 public:
  using handle::handle;
  /** The message that may be shared, in the encoding it came in. */
  std::string_view bytes() const & { return detail::view(cg_message_bytes(get())); }
  std::string_view format() const & { return detail::view(cg_message_format(get())); }
  std::string_view findings_json() const & { return detail::view(cg_message_findings_json(get())); }
  std::string bytes() const && { return std::string((*this).bytes()); }
  std::string format() const && { return std::string((*this).format()); }
  std::string findings_json() const && { return std::string((*this).findings_json()); }
};

/** A note given back. */
class restored : public detail::handle<cg_restored, cg_restored_free> {
 public:
  using handle::handle;
  std::string_view text() const & { return detail::view(cg_restored_text(get())); }
  std::string text() const && { return std::string((*this).text()); }
};

/** Gives back what `encrypt` and `fpe` replaced, from the scrubbed text alone. */
inline restored restore(std::string_view text, std::string_view key) {
  return restored(detail::produce<cg_restored>([&](cg_restored **out, cg_error **err) {
    return cg_restore(text.data(), text.size(), key.data(), key.size(), out, err);
  }));
}

/** Gives back what `encrypt` and `fpe` replaced in a message, byte for byte, from its scrubbed form alone. */
inline bytes restore_message(std::string_view message_bytes, std::string_view key) {
  return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) {
    return cg_restore_message(message_bytes.data(), message_bytes.size(), key.data(), key.size(), out, err);
  }));
}

/** A model loaded once, to be used by any number of scrubbers. */
class model : public detail::handle<cg_model, cg_model_free> {
 public:
  explicit model(std::string_view directory)
      : handle(detail::produce<cg_model>([&](cg_model **out, cg_error **err) {
          return cg_model_load(directory.data(), directory.size(), out, err);
        })) {}

 private:
  friend class registry;
  using handle::handle;
};

/** Finds entities with a model; what a text holds: `[{"start","end","code_points","label","score"}]`. */
class tagger : public detail::handle<cg_tagger, cg_tagger_free> {
 public:
  explicit tagger(const model &over)
      : handle(detail::produce<cg_tagger>([&](cg_tagger **out, cg_error **err) { return cg_tagger_new(over.get(), out, err); })) {}
  bytes tag(std::string_view text) const {
    return bytes(detail::produce<cg_bytes>(
        [&](cg_bytes **out, cg_error **err) { return cg_tagger_tag(get(), text.data(), text.size(), out, err); }));
  }
};

/** Labels whole texts with a model: `[{"label","score"}]`, the surest first. */
class classifier : public detail::handle<cg_classifier, cg_classifier_free> {
 public:
  explicit classifier(const model &over)
      : handle(detail::produce<cg_classifier>(
            [&](cg_classifier **out, cg_error **err) { return cg_classifier_new(over.get(), out, err); })) {}
  /** Every label. */
  bytes classify(std::string_view text) const {
    return bytes(detail::produce<cg_bytes>(
        [&](cg_bytes **out, cg_error **err) { return cg_classifier_classify(get(), text.data(), text.size(), out, err); }));
  }
  /** Those that the text has. */
  bytes labels(std::string_view text) const {
    return bytes(detail::produce<cg_bytes>(
        [&](cg_bytes **out, cg_error **err) { return cg_classifier_labels(get(), text.data(), text.size(), out, err); }));
  }
};

/** Gives vectors of texts with a model, near each other where the texts mean the same. */
class embedder : public detail::handle<cg_embedder, cg_embedder_free> {
 public:
  explicit embedder(const model &over)
      : handle(detail::produce<cg_embedder>([&](cg_embedder **out, cg_error **err) { return cg_embedder_new(over.get(), out, err); })) {}
  std::vector<float> embed(std::string_view text) const {
    std::unique_ptr<cg_vector, void (*)(cg_vector *)> vector(
        detail::produce<cg_vector>(
            [&](cg_vector **out, cg_error **err) { return cg_embedder_embed(get(), text.data(), text.size(), out, err); }),
        cg_vector_free);
    const float *first = cg_vector_data(vector.get());
    return std::vector<float>(first, first + cg_vector_len(vector.get()));
  }
};

/** Says how well two texts go together, from 0 to 1, with a model that reads both at once. */
class pair_scorer : public detail::handle<cg_pair_scorer, cg_pair_scorer_free> {
 public:
  explicit pair_scorer(const model &over)
      : handle(detail::produce<cg_pair_scorer>(
            [&](cg_pair_scorer **out, cg_error **err) { return cg_pair_scorer_new(over.get(), out, err); })) {}
  double score(std::string_view first, std::string_view second) const {
    double out = 0;
    detail::perform([&](cg_error **err) {
      return cg_pair_scorer_score(get(), first.data(), first.size(), second.data(), second.size(), &out, err);
    });
    return out;
  }
};

/** The index of a tenant in a directory: documents whose passages are found by their words and, with an embedder, by their meaning. */
class search : public detail::handle<cg_search, cg_search_free> {
 public:
  /** Options: {"words": N, "overlap": N, "keep_text": BOOL}; those of an index that is there must be the same. */
  search(std::string_view directory, std::string_view tenant, std::string_view options_json = {}, const embedder *by = nullptr)
      : handle(detail::produce<cg_search>([&](cg_search **out, cg_error **err) {
          return cg_search_open(directory.data(), directory.size(), tenant.data(), tenant.size(), options_json.data(),
                                options_json.size(), by ? by->get() : nullptr, out, err);
        })) {}
  /** Adds a document of an id that is not there. */
  void add(std::string_view id, std::string_view text) const {
    detail::perform([&](cg_error **err) { return cg_search_add(get(), id.data(), id.size(), text.data(), text.size(), err); });
  }
  /** Puts a document in place of the one of this id, if there is one. */
  void replace(std::string_view id, std::string_view text) const {
    detail::perform([&](cg_error **err) { return cg_search_replace(get(), id.data(), id.size(), text.data(), text.size(), err); });
  }
  /** Takes a document out, which must be there. */
  void erase(std::string_view id) const {
    detail::perform([&](cg_error **err) { return cg_search_delete(get(), id.data(), id.size(), err); });
  }
  /** The best passages: `[{"document","start","end","code_points","section","score","words","vectors","text"?}]`. */
  bytes query(std::string_view text, std::size_t k = 10) const {
    return bytes(detail::produce<cg_bytes>(
        [&](cg_bytes **out, cg_error **err) { return cg_search_query(get(), text.data(), text.size(), k, out, err); }));
  }
  /** The ids of all documents: an array. */
  bytes ids_json() const {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) { return cg_search_ids_json(get(), out, err); }));
  }
  /** Writes it to its file; what is not saved is lost. */
  void save() const {
    detail::perform([&](cg_error **err) { return cg_search_save(get(), err); });
  }
};

/** Named, versioned models in a directory, within a budget of memory. */
class registry : public detail::handle<cg_registry, cg_registry_free> {
 public:
  /** Opens a directory, which must be there. Options: {"memory": BYTES, "wait_seconds": NUMBER}. */
  explicit registry(std::string_view directory, std::string_view options_json = {})
      : handle(detail::produce<cg_registry>([&](cg_registry **out, cg_error **err) {
          return cg_registry_open(directory.data(), directory.size(), options_json.data(), options_json.size(), out, err);
        })) {}
  /** Copies a model directory in, after it was loaded and run. It is not active yet. */
  void add(std::string_view name, std::string_view version, std::string_view directory) const {
    detail::perform([&](cg_error **err) {
      return cg_registry_add(get(), name.data(), name.size(), version.data(), version.size(), directory.data(), directory.size(), err);
    });
  }
  /** Makes a version the active one, after it passed its own smoke test. */
  void activate(std::string_view name, std::string_view version) const {
    detail::perform([&](cg_error **err) {
      return cg_registry_activate(get(), name.data(), name.size(), version.data(), version.size(), err);
    });
  }
  /** Makes the version active that was so before. */
  void rollback(std::string_view name) const {
    detail::perform([&](cg_error **err) { return cg_registry_rollback(get(), name.data(), name.size(), err); });
  }
  /** Removes a version that is neither active nor the one to roll back to. */
  void remove(std::string_view name, std::string_view version) const {
    detail::perform([&](cg_error **err) {
      return cg_registry_remove(get(), name.data(), name.size(), version.data(), version.size(), err);
    });
  }
  /** The active version of NAME, or the version of NAME@VERSION, from memory or loaded. */
  model load(std::string_view reference) const {
    return model(detail::produce<cg_model>(
        [&](cg_model **out, cg_error **err) { return cg_registry_get(get(), reference.data(), reference.size(), out, err); }));
  }
  /** What can be said of each version of each model. */
  bytes status_json() const {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) { return cg_registry_status_json(get(), out, err); }));
  }
};

/** The JSON Schema of policies. */
inline std::string_view policy_schema_json() { return detail::view(cg_policy_schema_json()); }

/** The names of the policies that ship with the library, as JSON. */
inline std::string_view policy_builtin_ids_json() { return detail::view(cg_policy_builtin_ids_json()); }

/** Who calls, and when, for an audit record: a time in RFC 3339, and your own id of the actor. */
struct call {
  std::string_view now, actor;
};

/** Keeps an audit record: a line of JSON. It returns when the record is safe, and throws when it is not. */
using audit_keep = std::function<void(std::string_view record)>;

/** An audit log. */
class audit {
 public:
  /** Opens a log, or starts one. The key has at least 16 bytes; none leaves the chain without one. */
  explicit audit(std::string_view path, std::string_view key = {})
      : object_(detail::produce<cg_audit>([&](cg_audit **out, cg_error **err) {
          return cg_audit_open(path.data(), path.size(), detail::bytes_of(key), key.size(), out, err);
        })) {}
  /** A log that you keep; `last` is the record that was kept last. */
  explicit audit(audit_keep keep, std::string_view last = {}, std::string_view key = {})
      : keep_(std::make_unique<audit_keep>(std::move(keep))),
        object_(detail::produce<cg_audit>([&](cg_audit **out, cg_error **err) {
          return cg_audit_handed(hand, keep_.get(), last.data(), last.size(), detail::bytes_of(key), key.size(), out, err);
        })) {}
  cg_audit *get() const noexcept { return object_.get(); }

  /** Where the chain ends now. */
  bytes head_json() const {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) { return cg_audit_head_json(get(), out, err); }));
  }
  /** Checks the chain of a log in a file from beginning to end. */
  static bytes verify(std::string_view path, std::string_view key = {}) {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) {
      return cg_audit_verify(path.data(), path.size(), detail::bytes_of(key), key.size(), out, err);
    }));
  }

 private:
  static std::int32_t hand(void *context, const char *record, std::size_t record_len) noexcept {
    try {
      (*static_cast<audit_keep *>(context))({record, record_len});
      return 0;
    } catch (...) {
      if (!detail::thrown()) detail::thrown() = std::current_exception();
      return 1;
    }
  }

  std::unique_ptr<audit_keep> keep_; /* before the log that hands to it, so that it outlives that */
  detail::handle<cg_audit, cg_audit_free> object_;
};

/** Who may do what. */
class access : public detail::handle<cg_access, cg_access_free> {
 public:
  static access from_yaml(std::string_view yaml) {
    return access(detail::produce<cg_access>(
        [&](cg_access **out, cg_error **err) { return cg_access_from_yaml(yaml.data(), yaml.size(), out, err); }));
  }
  /** Throws CG_STATUS_ACCESS where the actor has no role with the permission; the refusal is recorded in `log`, if any. */
  void require(std::string_view permission, const call &by, const audit *log = nullptr) const {
    detail::perform([&](cg_error **err) {
      return cg_access_require(get(), by.actor.data(), by.actor.size(), permission.data(), permission.size(), by.now.data(),
                               by.now.size(), log ? log->get() : nullptr, err);
    });
  }

 private:
  using handle::handle;
};

/** What stood in notes before they were scrubbed, encrypted under a key. */
class vault : public detail::handle<cg_vault, cg_vault_free> {
 public:
  /** Opens a vault in a file to read and to add to, or starts one. */
  static vault open(std::string_view path, std::string_view key) {
    return vault(detail::produce<cg_vault>([&](cg_vault **out, cg_error **err) {
      return cg_vault_open(path.data(), path.size(), key.data(), key.size(), out, err);
    }));
  }
  /** Opens a vault in a file only to read. */
  static vault read(std::string_view path, std::string_view key) {
    return vault(detail::produce<cg_vault>([&](cg_vault **out, cg_error **err) {
      return cg_vault_read(path.data(), path.size(), key.data(), key.size(), out, err);
    }));
  }
  /** A vault in memory of what to_bytes gave; of nothing, a new one. */
  static vault from_bytes(std::string_view data, std::string_view key) {
    return vault(detail::produce<cg_vault>([&](cg_vault **out, cg_error **err) {
      return cg_vault_from_bytes(detail::bytes_of(data), data.size(), key.data(), key.size(), out, err);
    }));
  }
  bytes to_bytes() const {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) { return cg_vault_to_bytes(get(), out, err); }));
  }
  /** The note of which `text` is the scrubbed text. */
  restored restore(std::string_view text, std::string_view document_id = {}) const {
    return restored(detail::produce<cg_restored>([&](cg_restored **out, cg_error **err) {
      return cg_vault_restore(get(), text.data(), text.size(), document_id.data(), document_id.size(), out, err);
    }));
  }
  /** The message that scrubber::scrub_message_into made `message_bytes` of. */
  bytes restore_message(std::string_view message_bytes, std::string_view document_id = {}) const {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) {
      return cg_vault_restore_message(get(), message_bytes.data(), message_bytes.size(), document_id.data(), document_id.size(), out,
                                      err);
    }));
  }
  /** Checks every record and says of each what can be said without a value of a note. */
  bytes records_json() const {
    return bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) { return cg_vault_records_json(get(), out, err); }));
  }

 private:
  using handle::handle;
};

/** A text that comes in pieces; scrubber.stream begins one. Offsets of what it gives count from its beginning. */
class stream : public detail::handle<cg_stream, cg_stream_free> {
 public:
  using handle::handle;
  /** Takes the next piece, which may be cut anywhere; gives what may leave by now, often nothing. */
  scrubbed push(std::string_view piece) {
    return scrubbed(detail::produce<cg_scrubbed>(
        [&](cg_scrubbed **out, cg_error **err) { return cg_stream_push(get(), piece.data(), piece.size(), out, err); }));
  }
  /** Ends the text; gives the rest of it. */
  scrubbed finish() {
    return scrubbed(detail::produce<cg_scrubbed>([&](cg_scrubbed **out, cg_error **err) { return cg_stream_finish(get(), out, err); }));
  }
};

/** Removes protected health information under one policy. */
class scrubber : public detail::handle<cg_scrubber, cg_scrubber_free> {
 public:
  /** From a JSON configuration; of none, Safe Harbor with everything built in. */
  explicit scrubber(std::string_view config_json = {})
      : handle(detail::produce<cg_scrubber>([&](cg_scrubber **out, cg_error **err) {
          return cg_scrubber_new(config_json.data(), config_json.size(), out, err);
        })) {}
  scrubber(std::string_view config_json, const model &loaded)
      : handle(detail::produce<cg_scrubber>([&](cg_scrubber **out, cg_error **err) {
          return cg_scrubber_new_with_model(config_json.data(), config_json.size(), loaded.get(), out, err);
        })) {}

  /** The same scrubber, whose calls, messages, batches and streams stop when `token` is set; it shares everything with this one. */
  scrubber until(const cancel &token) const {
    return scrubber(detail::produce<cg_scrubber>(
        [&](cg_scrubber **out, cg_error **err) { return cg_scrubber_until(get(), token.get(), out, err); }));
  }

  scrubbed scrub(std::string_view note) const {
    return scrubbed(detail::produce<cg_scrubbed>(
        [&](cg_scrubbed **out, cg_error **err) { return cg_scrubber_scrub(get(), note.data(), note.size(), out, err); }));
  }
  /** With what is known of the note: patient_id, document_id, date, patient. */
  scrubbed scrub_with(std::string_view note, std::string_view context_json) const {
    return scrubbed(detail::produce<cg_scrubbed>([&](cg_scrubbed **out, cg_error **err) {
      return cg_scrubber_scrub_with(get(), note.data(), note.size(), context_json.data(), context_json.size(), out, err);
    }));
  }
  /** With what is known of the patient. */
  scrubbed scrub_for(std::string_view note, std::string_view patient_json) const {
    return scrubbed(detail::produce<cg_scrubbed>([&](cg_scrubbed **out, cg_error **err) {
      return cg_scrubber_scrub_for(get(), note.data(), note.size(), patient_json.data(), patient_json.size(), out, err);
    }));
  }
  /** As scrub_for, recorded in `log`. */
  scrubbed scrub_audited(std::string_view note, std::string_view patient_json, const audit &log, const call &by) const {
    return scrubbed(detail::produce<cg_scrubbed>([&](cg_scrubbed **out, cg_error **err) {
      return cg_scrubber_scrub_audited(get(), note.data(), note.size(), patient_json.data(), patient_json.size(), log.get(),
                                       by.now.data(), by.now.size(), by.actor.data(), by.actor.size(), out, err);
    }));
  }
  /** As scrub_with, kept in `kept`, and recorded in `log`, if any. */
  scrubbed scrub_into(std::string_view note, std::string_view context_json, const vault &kept, const audit *log = nullptr,
                      const call &by = {}) const {
    return scrubbed(detail::produce<cg_scrubbed>([&](cg_scrubbed **out, cg_error **err) {
      return cg_scrubber_scrub_into(get(), note.data(), note.size(), context_json.data(), context_json.size(), kept.get(),
                                    log ? log->get() : nullptr, by.now.data(), by.now.size(), by.actor.data(), by.actor.size(), out,
                                    err);
    }));
  }
  /** Begins a text that comes in pieces; `lookahead` is how many bytes after a place must be there before it leaves, 0 for 1024. */
  chartguard::stream stream(std::string_view context_json = {}, std::size_t lookahead = 0) const {
    return chartguard::stream(detail::produce<cg_stream>([&](cg_stream **out, cg_error **err) {
      return cg_stream_new(get(), context_json.data(), context_json.size(), lookahead, out, err);
    }));
  }
  /** What scrub_for would remove and how, as JSON. */
  chartguard::bytes find(std::string_view note, std::string_view patient_json = {}) const {
    return chartguard::bytes(detail::produce<cg_bytes>([&](cg_bytes **out, cg_error **err) {
      return cg_scrubber_find(get(), note.data(), note.size(), patient_json.data(), patient_json.size(), out, err);
    }));
  }
  /** Many notes on `threads` threads (0: one a core); `contexts` has none, or one for each note. */
  batch scrub_batch(const std::vector<std::string_view> &notes, std::size_t threads = 1,
                    const std::vector<std::string_view> &contexts = {}) const {
    if (!contexts.empty() && contexts.size() != notes.size())
      throw error(CG_STATUS_ARGUMENT, "there are not as many contexts as notes", std::nullopt);
    std::vector<cg_str> given, known;
    for (std::string_view note : notes) given.push_back({note.data(), note.size()});
    for (std::string_view context : contexts) known.push_back({context.data(), context.size()});
    return batch(detail::produce<cg_batch>([&](cg_batch **out, cg_error **err) {
      return cg_scrubber_scrub_batch(get(), given.data(), contexts.empty() ? nullptr : known.data(), given.size(), threads, out, err);
    }));
  }
  /** As scrub_message, recorded in `log`. */
  message scrub_message_audited(std::string_view message_bytes, const audit &log, const call &by, const char *format = "auto",
                                std::string_view context_json = {}) const {
    return message(detail::produce<cg_message>([&](cg_message **out, cg_error **err) {
      return cg_scrubber_scrub_message_audited(get(), message_bytes.data(), message_bytes.size(), format, context_json.data(),
                                               context_json.size(), log.get(), by.now.data(), by.now.size(), by.actor.data(),
                                               by.actor.size(), out, err);
    }));
  }
  /** A message of any format: "auto", "text", "hl7", "fhir", "ccda", "rtf", "html". */
  message scrub_message(std::string_view message_bytes, const char *format = "auto", std::string_view context_json = {}) const {
    return message(detail::produce<cg_message>([&](cg_message **out, cg_error **err) {
      return cg_scrubber_scrub_message(get(), message_bytes.data(), message_bytes.size(), format, context_json.data(),
                                       context_json.size(), out, err);
    }));
  }
  /** As scrub_message, kept in `kept`. */
  message scrub_message_into(std::string_view message_bytes, const vault &kept, const char *format = "auto",
                             std::string_view context_json = {}) const {
    return message(detail::produce<cg_message>([&](cg_message **out, cg_error **err) {
      return cg_scrubber_scrub_message_into(get(), message_bytes.data(), message_bytes.size(), format, context_json.data(),
                                            context_json.size(), kept.get(), out, err);
    }));
  }

 private:
  explicit scrubber(cg_scrubber *own) noexcept : handle(own) {}
};

/** A scored note: verdicts with evidence. */
class report : public detail::handle<cg_report, cg_report_free> {
 public:
  using handle::handle;
  std::string_view json() const & { return detail::view(cg_report_json(get())); }
  /** The JSON Schema of reports. */
  static std::string_view schema_json() { return detail::view(cg_report_schema_json()); }
  /** From 0 to 1; none where no criterion could be assessed. */
  std::optional<double> score() const {
    double score = NAN;
    if (cg_report_score(get(), &score) != CG_STATUS_OK || std::isnan(score)) return std::nullopt;
    return score;
  }
  std::string json() const && { return std::string((*this).json()); }
};

/** What a therapy note says, as data: goals, services, minutes, schedule, measures, signatures. */
inline report facts(std::string_view note) {
  return report(detail::produce<cg_report>(
      [&](cg_report **out, cg_error **err) { return cg_facts(note.data(), note.size(), out, err); }));
}

/** The units of a day's timed minutes, `{"97110": 33}`, by the eight-minute rule. */
inline report units(std::string_view minutes_json, std::string_view codes_yaml = {}) {
  return report(detail::produce<cg_report>([&](cg_report **out, cg_error **err) {
    return cg_units(minutes_json.data(), minutes_json.size(), codes_yaml.data(), codes_yaml.size(), out, err);
  }));
}

/** What a note is scored against. */
class rubric : public detail::handle<cg_rubric, cg_rubric_free> {
 public:
  static rubric builtin(std::string_view id) {
    return rubric(detail::produce<cg_rubric>(
        [&](cg_rubric **out, cg_error **err) { return cg_rubric_builtin(id.data(), id.size(), out, err); }));
  }
  /** The ids of those that ship with the library, as JSON. */
  static std::string_view builtin_ids_json() { return detail::view(cg_rubric_builtin_ids_json()); }
  /** The JSON Schema of rubric files. */
  static std::string_view schema_json() { return detail::view(cg_rubric_schema_json()); }
  /** Which rubric it is: `{"id","version","hash"}`. */
  std::string_view reference_json() const & { return detail::view(cg_rubric_reference_json(get())); }
  std::string reference_json() const && { return std::string((*this).reference_json()); }
  static rubric from_yaml(std::string_view yaml) {
    return rubric(detail::produce<cg_rubric>(
        [&](cg_rubric **out, cg_error **err) { return cg_rubric_from_yaml(yaml.data(), yaml.size(), out, err); }));
  }

 private:
  using handle::handle;
};

/** What a judge says of a question: whether it holds (none: it cannot be told), and how sure that is. */
struct answer {
  std::optional<bool> holds;
  double confidence = 0.5;
};

/** Answers a question of a rubric about a text; called from any thread that scores. */
using judge = std::function<answer(std::string_view question, std::string_view text)>;

/** Scores notes against one rubric. */
class scorer {
 public:
  explicit scorer(const rubric &against)
      : object_(detail::produce<cg_scorer>(
            [&](cg_scorer **out, cg_error **err) { return cg_scorer_new(against.get(), out, err); })) {}
  /** Checks of the kind `judge` are answered by `by`. */
  scorer(const rubric &against, judge by)
      : judge_(std::make_shared<judge>(std::move(by))),
        object_(detail::produce<cg_scorer>([&](cg_scorer **out, cg_error **err) {
          return cg_scorer_new_with_judge(against.get(), ask, judge_.get(), out, err);
        })) {}
  cg_scorer *get() const noexcept { return object_.get(); }
  /** The same scorer, whose calls stop when `token` is set; it shares everything with this one. */
  scorer until(const cancel &token) const {
    return scorer(judge_, detail::produce<cg_scorer>(
                              [&](cg_scorer **out, cg_error **err) { return cg_scorer_until(get(), token.get(), out, err); }));
  }
  /** The same scorer with a sentence model, for checks of the kind `similarity`. */
  scorer with_embedder(const embedder &by) const {
    return scorer(judge_, detail::produce<cg_scorer>(
                              [&](cg_scorer **out, cg_error **err) { return cg_scorer_with_embedder(get(), by.get(), out, err); }));
  }
  /** The same scorer with a classifier, under the name by which the rubric asks for it; without a name under the model's own. */
  scorer with_classifier(const classifier &by, std::string_view name = {}) const {
    return scorer(judge_, detail::produce<cg_scorer>([&](cg_scorer **out, cg_error **err) {
                    return cg_scorer_with_classifier(get(), name.data(), name.size(), by.get(), out, err);
                  }));
  }
  /** The same scorer with a classifier that tells the type of a document. */
  scorer with_document_classifier(const classifier &by) const {
    return scorer(judge_, detail::produce<cg_scorer>([&](cg_scorer **out, cg_error **err) {
                    return cg_scorer_with_document_classifier(get(), by.get(), out, err);
                  }));
  }

  report score(std::string_view note, std::string_view options_json = {}) const {
    return report(detail::produce<cg_report>([&](cg_report **out, cg_error **err) {
      return cg_scorer_score(get(), note.data(), note.size(), options_json.data(), options_json.size(), out, err);
    }));
  }
  /** Every note of a message: an array of reports in JSON, and the lowest score. */
  report score_message(std::string_view message_bytes, const char *format = "auto", std::string_view options_json = {}) const {
    return report(detail::produce<cg_report>([&](cg_report **out, cg_error **err) {
      return cg_scorer_score_message(get(), message_bytes.data(), message_bytes.size(), format, options_json.data(),
                                     options_json.size(), out, err);
    }));
  }
  /** The notes of one patient under one plan: `[{"text","date"?}]`. */
  report score_episode(std::string_view notes_json, std::string_view options_json = {}) const {
    return report(detail::produce<cg_report>([&](cg_report **out, cg_error **err) {
      return cg_scorer_score_episode(get(), notes_json.data(), notes_json.size(), options_json.data(), options_json.size(), out, err);
    }));
  }

 private:
  scorer(std::shared_ptr<judge> by, cg_scorer *own) : judge_(std::move(by)), object_(own) {}

  static std::int32_t ask(void *context, const char *question, std::size_t question_len, const char *text, std::size_t text_len,
                          double *confidence) noexcept {
    try {
      answer said = (*static_cast<judge *>(context))({question, question_len}, {text, text_len});
      *confidence = said.confidence;
      return said.holds ? (*said.holds ? 1 : 0) : -1;
    } catch (...) {
      if (!detail::thrown()) detail::thrown() = std::current_exception();
      return -2;
    }
  }

  std::shared_ptr<judge> judge_; /* before the scorers that ask it, so that it outlives them */
  detail::handle<cg_scorer, cg_scorer_free> object_;
};

/** A note that was scrubbed and scored; what it gives is borrowed from it. */
class outcome : public detail::handle<cg_outcome, cg_outcome_free> {
 public:
  using handle::handle;
  chartguard::scrubbed scrubbed() const & { return chartguard::scrubbed(cg_outcome_scrubbed(get())); }
  /** With evidence in the note as it was written. */
  chartguard::report report() const & { return chartguard::report(cg_outcome_report(get())); }
  /** With evidence in the scrubbed text. */
  chartguard::report scrubbed_report() const & { return chartguard::report(cg_outcome_scrubbed_report(get())); }
  chartguard::scrubbed scrubbed() const && = delete;
  chartguard::report report() const && = delete;
  chartguard::report scrubbed_report() const && = delete;
};

/** Scrubs and scores notes. A scorer with a judge must outlive it. */
class analyzer : public detail::handle<cg_analyzer, cg_analyzer_free> {
 public:
  analyzer(const scrubber &scrubs, const scorer &scores)
      : handle(detail::produce<cg_analyzer>([&](cg_analyzer **out, cg_error **err) {
          return cg_analyzer_new(scrubs.get(), scores.get(), out, err);
        })) {}
  /** The same analyzer, whose calls stop when `token` is set; it shares everything with this one. */
  analyzer until(const cancel &token) const {
    return analyzer(detail::produce<cg_analyzer>(
        [&](cg_analyzer **out, cg_error **err) { return cg_analyzer_until(get(), token.get(), out, err); }));
  }
  outcome analyze(std::string_view note, std::string_view context_json = {}, std::string_view options_json = {}) const {
    return outcome(detail::produce<cg_outcome>([&](cg_outcome **out, cg_error **err) {
      return cg_analyzer_analyze(get(), note.data(), note.size(), context_json.data(), context_json.size(), options_json.data(),
                                 options_json.size(), out, err);
    }));
  }

 private:
  explicit analyzer(cg_analyzer *own) noexcept : handle(own) {}
};

}  // namespace chartguard

#endif  // CHARTGUARD_HPP
