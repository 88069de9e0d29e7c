/* newer_minor.c - refused: needs functions that this host has not. */
#include "scoregate_plugin.h"

SG_PLUGIN const struct sg_plugin sg_plugin_newer_minor = {
	.magic = SCOREGATE_ABI_MAGIC,
	.size = sizeof(struct sg_plugin) + 16,
	.abi_major = SCOREGATE_ABI_MAJOR,
	.abi_minor = SCOREGATE_ABI_MINOR + 1,
	.name = "newer_minor",
	.version = "1.0",
	.summary = "refused",
};
