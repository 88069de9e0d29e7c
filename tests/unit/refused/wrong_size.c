/* wrong_size.c - refused: its descriptor is shorter than that of 1.0. */
#include "scoregate_plugin.h"

SG_PLUGIN const struct sg_plugin sg_plugin_wrong_size = {
	.magic = SCOREGATE_ABI_MAGIC,
	.size = 96,
	.abi_major = SCOREGATE_ABI_MAJOR,
	.abi_minor = SCOREGATE_ABI_MINOR,
	.name = "wrong_size",
	.version = "1.0",
	.summary = "refused",
};
