/*
 * plugin_check.c - is this descriptor one we understand? Each field is
 * compared in order, and the first that differs is named with what it is and
 * what was expected.
 */
#include "gate/plugin_file.h"

static bool
is_text(const char *bytes, size_t size)
{
	const char *end = memchr(bytes, '\0', size);

	return end && end > bytes;
}

static enum sg_status
check_size(const struct sg_plugin *descriptor, struct sg_err *err)
{
	if (descriptor->size < SG_PLUGIN_SIZE_LEAST)
		return err_set(err, SG_REFUSED,
			       "field `size` of its descriptor is %u, at least "
			       "%zu was expected: build it with this "
			       "Scoregate's scoregate_plugin.h",
			       descriptor->size, (size_t)SG_PLUGIN_SIZE_LEAST);
	return SG_OK;
}

static enum sg_status
check_abi(const struct sg_plugin *descriptor, struct sg_err *err)
{
	if (descriptor->abi_major != SCOREGATE_ABI_MAJOR)
		return err_set(err, SG_REFUSED,
			       "field `abi_major` of its descriptor is %u, %u "
			       "was expected: build it anew for this Scoregate",
			       descriptor->abi_major, SCOREGATE_ABI_MAJOR);
	/* Comparing with a minor that is 0 is always so; it will not stay. */
	if ((unsigned)descriptor->abi_minor > SCOREGATE_ABI_MINOR)
		return err_set(err, SG_REFUSED,
			       "field `abi_minor` of its descriptor is %u, at "
			       "most %u was expected: it needs a newer "
			       "Scoregate",
			       descriptor->abi_minor, SCOREGATE_ABI_MINOR);
	/* An older minor has less; none that we know can have more. */
	if (descriptor->size > sizeof(struct sg_plugin))
		return err_set(err, SG_REFUSED,
			       "field `size` of its descriptor is %u, at most "
			       "%zu was expected of ABI %u.%u",
			       descriptor->size, sizeof(struct sg_plugin),
			       descriptor->abi_major, descriptor->abi_minor);
	return SG_OK;
}

static enum sg_status
check_texts(const struct sg_plugin *descriptor, const char *name,
	    struct sg_err *err)
{
	if (!is_text(descriptor->name, sizeof(descriptor->name)) ||
	    strcmp(descriptor->name, name) != 0)
		return err_set(err, SG_REFUSED,
			       "field `name` of its descriptor is `%.31s`, "
			       "`%s` was expected (the file's name)",
			       descriptor->name, name);
	if (!is_text(descriptor->version, sizeof(descriptor->version)))
		return err_set(err, SG_REFUSED,
			       "field `version` of its descriptor is empty or "
			       "does not end within %zu bytes",
			       sizeof(descriptor->version));
	if (!is_text(descriptor->summary, sizeof(descriptor->summary)))
		return err_set(err, SG_REFUSED,
			       "field `summary` of its descriptor is empty or "
			       "does not end within %zu bytes",
			       sizeof(descriptor->summary));
	return SG_OK;
}

enum sg_status
plugin_check_head(const struct sg_plugin *descriptor, const char *name,
		  struct sg_err *err)
{
	enum sg_status status;

	if (descriptor->magic != SCOREGATE_ABI_MAGIC)
		return err_set(err, SG_REFUSED,
			       "field `magic` of its descriptor is 0x%08x, "
			       "0x%08x was expected",
			       descriptor->magic, SCOREGATE_ABI_MAGIC);
	status = check_size(descriptor, err);
	if (status == SG_OK)
		status = check_abi(descriptor, err);
	if (status == SG_OK)
		status = check_texts(descriptor, name, err);
	return status;
}
