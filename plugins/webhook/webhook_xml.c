/* webhook_xml.c - see webhook_xml.h. */
#include "webhook_xml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MOST = 100 };

struct webhook_xml {
	xmlDocPtr document;
	xmlXPathContextPtr context;
	unsigned long steps_left;
};

/* What the reading has met so far; libxml2 keeps it as `_private`. */
struct reading {
	unsigned depth, nodes;
	const char *refused; /* NULL = nothing */
};

/* libxml2 says where it stands by itself; here it is not to print. */
static void
hear_error(void *arg, xmlErrorPtr error)
{
	(void)arg;
	(void)error;
}

void
webhook_xml_start(void)
{
	xmlInitParser();
}

/* --- reading ------------------------------------------------------------- */

static void
refuse(xmlParserCtxtPtr parser, const char *why)
{
	struct reading *reading = parser->_private;

	if (!reading->refused)
		reading->refused = why;
	xmlStopParser(parser);
}

/* A DTD could only declare entities, or name a file elsewhere. */
static void
on_dtd(void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	refuse(arg, "it has a DOCTYPE, which is not taken");
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
	 const xmlChar *uri, int n_namespaces, const xmlChar **namespaces,
	 int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	xmlParserCtxtPtr parser = arg;
	struct reading *reading = parser->_private;

	reading->nodes += 1 + (unsigned)n_attributes + (unsigned)n_namespaces;
	if (++reading->depth > WEBHOOK_XML_DEPTH_MOST)
		refuse(parser, "it is nested too deep");
	else if (reading->nodes > WEBHOOK_XML_NODES_MOST)
		refuse(parser, "it has too many elements");
	else
		xmlSAX2StartElementNs(arg, name, prefix, uri, n_namespaces,
				      namespaces, n_attributes, n_defaulted,
				      attributes);
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
       const xmlChar *uri)
{
	struct reading *reading = ((xmlParserCtxtPtr)arg)->_private;

	reading->depth--;
	xmlSAX2EndElementNs(arg, name, prefix, uri);
}

static xmlDocPtr
read_document(const char *text, size_t len, struct reading *reading)
{
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	xmlDocPtr document;

	if (!parser)
		return NULL;
	parser->_private = reading;
	parser->sax->internalSubset = on_dtd;
	parser->sax->externalSubset = on_dtd;
	parser->sax->startElementNs = on_start;
	parser->sax->endElementNs = on_end;
	parser->sax->serror = hear_error;
	document = xmlCtxtReadMemory(
		parser, text, (int)len, NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
			XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
	if (document && (reading->refused || !parser->wellFormed)) {
		xmlFreeDoc(document);
		document = NULL;
	}
	xmlFreeParserCtxt(parser);
	return document;
}

static bool
set_namespaces(xmlXPathContextPtr context,
	       const struct webhook_namespaces *namespaces)
{
	for (size_t i = 0; namespaces && i < namespaces->n; i++)
		if (xmlXPathRegisterNs(
			    context, (const xmlChar *)namespaces->prefixes[i],
			    (const xmlChar *)namespaces->uris[i]) != 0)
			return false;
	return true;
}

static struct webhook_xml *
new_xml(xmlDocPtr document, const struct webhook_namespaces *namespaces)
{
	struct webhook_xml *xml = calloc(1, sizeof(*xml));
	xmlXPathContextPtr context = xmlXPathNewContext(document);

	if (!xml || !context || !set_namespaces(context, namespaces)) {
		xmlXPathFreeContext(context);
		xmlFreeDoc(document);
		free(xml);
		return NULL;
	}
	context->error = hear_error;
	xml->document = document;
	xml->context = context;
	xml->steps_left = WEBHOOK_XML_STEPS_MOST;
	return xml;
}

enum sg_status
webhook_xml_open(const struct sg_call *call, const char *text, size_t len,
		 const struct webhook_namespaces *namespaces,
		 struct webhook_xml **xml_out, struct sg_err *err)
{
	struct reading reading = {.refused = NULL};
	xmlDocPtr document = len && len < INT32_MAX
				     ? read_document(text, len, &reading)
				     : NULL;

	if (!document)
		return call->host->fail(err, SG_REFUSED, "the XML: %s",
					reading.refused
						? reading.refused
						: "it is not well-formed");
	*xml_out = new_xml(document, namespaces);
	return *xml_out ? SG_OK
			: call->host->fail(err, SG_FAILED, "out of memory");
}

void
webhook_xml_close(struct webhook_xml *xml)
{
	if (!xml)
		return;
	xmlXPathFreeContext(xml->context);
	xmlFreeDoc(xml->document);
	free(xml);
}

/* --- XPath --------------------------------------------------------------- */

/* NULL: it cannot be evaluated, or all steps are used up. */
static xmlXPathObjectPtr
evaluate(struct webhook_xml *xml, const void *node, const char *path)
{
	xmlXPathContextPtr context = xml->context;
	xmlXPathObjectPtr object;

	if (!xml->steps_left)
		return NULL;
	context->node =
		node ? (xmlNodePtr)(uintptr_t)node : (xmlNodePtr)xml->document;
	context->opCount = 0;
	context->opLimit = xml->steps_left;
	object = xmlXPathEval((const xmlChar *)path, context);
	xml->steps_left -= context->opCount < xml->steps_left ? context->opCount
							      : xml->steps_left;
	return object;
}

static const char *
text_of(const struct sg_call *call, xmlXPathObjectPtr object)
{
	xmlChar *text;
	const char *copy;

	if (object->type == XPATH_NODESET &&
	    xmlXPathNodeSetIsEmpty(object->nodesetval))
		return NULL;
	text = xmlXPathCastToString(object);
	if (!text)
		return NULL;
	copy = call->host->copy(call, (const char *)text);
	xmlFree(text);
	return copy;
}

const char *
webhook_xml_text(const struct sg_call *call, struct webhook_xml *xml,
		 const void *node, const char *path)
{
	xmlXPathObjectPtr object = evaluate(xml, node, path);
	const char *text;

	if (!object)
		return NULL;
	text = text_of(call, object);
	xmlXPathFreeObject(object);
	return text;
}

size_t
webhook_xml_nodes(struct webhook_xml *xml, const void *node, const char *path,
		  const void **nodes_out, size_t most)
{
	xmlXPathObjectPtr object = evaluate(xml, node, path);
	size_t n = 0;

	if (object && object->type == XPATH_NODESET && object->nodesetval)
		n = (size_t)object->nodesetval->nodeNr;
	for (size_t i = 0; i < n && i < most; i++)
		nodes_out[i] = object->nodesetval->nodeTab[i];
	xmlXPathFreeObject(object);
	return n;
}

/* Unknown functions and prefixes are found only by evaluating. */
enum sg_status
webhook_xpath_check(const struct sg_call *call,
		    const struct webhook_namespaces *namespaces,
		    const char *path, struct sg_err *err)
{
	static const char nothing[] = "<nothing/>";
	struct webhook_xml *xml;
	xmlXPathObjectPtr object;
	enum sg_status status = webhook_xml_open(
		call, nothing, sizeof(nothing) - 1, namespaces, &xml, err);

	if (status != SG_OK)
		return status;
	object = evaluate(xml, NULL, path);
	if (!object)
		status = call->host->fail(
			err, SG_REFUSED,
			"`%.*s` is no XPath, or has an unknown function or "
			"prefix (namespaces = { \"prefix = URI\" })",
			SHOWN_MOST, path);
	xmlXPathFreeObject(object);
	webhook_xml_close(xml);
	return status;
}
