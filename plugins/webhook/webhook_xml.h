/*
 * webhook_xml.h - the only door to libxml2. No DTD, so no entities of its own;
 * no network; bounded in depth, in nodes, and in the steps that all XPaths of
 * one document may take.
 */
#ifndef PLUGINS_WEBHOOK_WEBHOOK_XML_H
#define PLUGINS_WEBHOOK_WEBHOOK_XML_H

#include "scoregate_plugin.h"

enum {
	WEBHOOK_XML_DEPTH_MOST = 64,
	WEBHOOK_XML_NODES_MOST = 50000, /* elements and attributes */
	WEBHOOK_XML_STEPS_MOST = 4000000,
	WEBHOOK_NAMESPACES_MOST = 16
};

struct webhook_namespaces {
	size_t n;
	const char *prefixes[WEBHOOK_NAMESPACES_MOST];
	const char *uris[WEBHOOK_NAMESPACES_MOST];
};

struct webhook_xml;

/* Before the first thread. */
void webhook_xml_start(void);
enum sg_status webhook_xml_open(const struct sg_call *call, const char *text,
				size_t len,
				const struct webhook_namespaces *namespaces,
				struct webhook_xml **xml_out,
				struct sg_err *err);
void webhook_xml_close(struct webhook_xml *xml); /* NULL is fine */

/* `node` NULL: the document. NULL: nothing found. */
const char *webhook_xml_text(const struct sg_call *call,
			     struct webhook_xml *xml, const void *node,
			     const char *path);
/* Writes at most `most`, returns how many there are. */
size_t webhook_xml_nodes(struct webhook_xml *xml, const void *node,
			 const char *path, const void **nodes_out, size_t most);
/* Is it an XPath 1.0, with known functions and prefixes? */
enum sg_status webhook_xpath_check(const struct sg_call *call,
				   const struct webhook_namespaces *namespaces,
				   const char *path, struct sg_err *err);

#endif
