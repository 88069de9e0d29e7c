/* wrong_name.c - refused: its symbol is the file's, its name is not. */
#include "scoregate_plugin.h"

SG_PLUGIN const struct sg_plugin sg_plugin_wrong_name = {
	SG_PLUGIN_HEAD,
	.name = "another",
	.version = "1.0",
	.summary = "refused",
};
