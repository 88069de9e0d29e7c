/*
 * api_openapi.c - the table of resources as an OpenAPI 3.1 document. What is
 * served, who may and what a call may bring is in that table alone, so that
 * the document cannot say anything else.
 */
#include <string.h>

#include "http/api/api_call.h"
#include "http/api/api_shape.h"

static struct json *
schema_of(const char *shape)
{
	struct json *schema = api_shape_schema(shape);

	return schema ? schema : json_new_object();
}

/* {"description": …, "content": {TYPE: {"schema": …}, …}} */
static struct json *
content(const char *types, const char *shape, const char *description)
{
	struct json *object = json_new_object(), *by_type = json_new_object();

	if (description)
		json_add_text(object, "description", description);
	while (*types) {
		size_t len = strcspn(types, " ");
		struct json *entry = json_new_object();
		struct buf type = BUF_INIT;
		bool is_json;

		buf_append(&type, types, len);
		is_json = strstr(buf_text(&type), "json") &&
			  !strstr(buf_text(&type), "ndjson");
		json_add(entry, "schema",
			 schema_of(is_json && shape ? shape : "text"));
		json_add(by_type, buf_text(&type), entry);
		buf_done(&type);
		types += len;
		types += strspn(types, " ");
	}
	json_add(object, "content", by_type);
	return object;
}

static void
add_parameter(struct json *to, const char *where, const char *name,
	      const char *type, const char *summary)
{
	struct json *parameter = json_new_object();

	json_add_text(parameter, "name", name);
	json_add_text(parameter, "in", where);
	json_add_bool(parameter, "required", strcmp(where, "path") == 0);
	if (summary)
		json_add_text(parameter, "description", summary);
	json_add(parameter, "schema", schema_of(type));
	json_push(to, parameter);
}

static void
add_path_parameters(struct json *to, const char *path)
{
	while ((path = strchr(path, '{'))) {
		size_t len = strcspn(path + 1, "}");
		struct buf name = BUF_INIT;

		buf_append(&name, path + 1, len);
		add_parameter(to, "path", buf_text(&name), "text", NULL);
		buf_done(&name);
		path += len;
	}
}

static void
add_query_parameters(struct json *to, const char *params)
{
	while (params && *params) {
		size_t len = strcspn(params, " ");
		const struct api_shape *known =
			api_shape_find(api_params, params, len);

		if (known)
			add_parameter(to, "query", known->name, known->shape,
				      known->summary);
		params += len;
		params += strspn(params, " ");
	}
}

static void
add_header_parameters(struct json *to, const struct api_resource *resource)
{
	bool reads = strcmp(resource->method, "GET") == 0;

	if (strcmp(resource->method, "POST") == 0 && !resource->reads)
		add_parameter(to, "header", "Idempotency-Key", "text",
			      "the same call with the same key acts once");
	if (resource->versioned)
		add_parameter(to, "header",
			      reads ? "If-None-Match" : "If-Match", "text",
			      reads ? "an ETag: 304 when it is still so"
				    : "an ETag: 412 when it is no longer so");
}

static void
add_response(struct json *responses, int status,
	     const struct api_resource *resource)
{
	struct json *response;
	char text[16];

	snprintf(text, sizeof(text), "%d", status);
	if (status != 204 && (resource->answer || resource->produces))
		response = content(resource->produces ? resource->produces
						      : "application/json",
				   resource->answer, resource->summary);
	else {
		response = json_new_object();
		json_add_text(response, "description", "done");
	}
	json_add(responses, text, response);
}

static void
add_plain_response(struct json *responses, const char *status,
		   const char *description)
{
	struct json *response = json_new_object();

	json_add_text(response, "description", description);
	json_add(responses, status, response);
}

static struct json *
responses_of(const struct api_resource *resource)
{
	struct json *responses = json_new_object();
	bool reads = resource->reads || strcmp(resource->method, "GET") == 0;
	int status = api_resource_status(resource);

	add_response(responses, status, resource);
	if (resource->status_too)
		add_response(responses, resource->status_too, resource);
	if (!reads && status != 202)
		json_add(responses, "202",
			 content("application/json", "Kept",
				 "kept, not yet applied"));
	if (reads && resource->versioned)
		add_plain_response(responses, "304", "as it was");
	json_add(responses, "default",
		 content("application/problem+json", "Problem",
			 "what was wrong"));
	return responses;
}

static struct json *
body_of(const struct api_resource *resource)
{
	struct json *body = content(resource->consumes ? resource->consumes
						       : "application/json",
				    resource->body, NULL);
	struct json *schema = schema_of(resource->body);
	const struct json *required = json_get(schema, "required");

	json_add_bool(body, "required",
		      !json_is_array(required) || json_count(required) > 0);
	json_free(schema);
	return body;
}

/* "get_contacts_key_tags_tag" */
static void
add_id(struct json *operation, const struct api_resource *resource)
{
	struct buf id = BUF_INIT;

	for (const char *c = resource->method; *c; c++)
		buf_append_char(&id, (char)(*c | 0x20));
	for (const char *c = resource->path; *c; c++)
		if (*c == '/' || *c == '.')
			buf_append_char(&id, '_');
		else if (*c != '{' && *c != '}')
			buf_append_char(&id, *c);
	json_add_text(operation, "operationId", buf_text(&id));
	buf_done(&id);
}

static struct json *
operation_of(const struct api_resource *resource)
{
	struct json *operation = json_new_object();
	struct json *parameters = json_new_array();

	add_id(operation, resource);
	json_add_text(operation, "summary", resource->summary);
	json_add_text(operation, "x-role", api_role_name(resource->role));
	if (!api_resource_changes(resource))
		json_add_bool(operation, "x-reads", true);
	add_path_parameters(parameters, resource->path);
	add_query_parameters(parameters, resource->params);
	add_header_parameters(parameters, resource);
	json_add(operation, "parameters", parameters);
	if (resource->body)
		json_add(operation, "requestBody", body_of(resource));
	json_add(operation, "responses", responses_of(resource));
	return operation;
}

static void
add_paths(struct json *to)
{
	const struct api_resource *resource;

	for (resource = api_resources; resource->method; resource++) {
		const char *path = *resource->path ? resource->path : "/";
		struct json *item = json_get(to, path);
		struct buf method = BUF_INIT;

		if (!item) {
			item = json_new_object();
			json_add(to, path, item);
		}
		for (const char *c = resource->method; *c; c++)
			buf_append_char(&method, (char)(*c | 0x20));
		json_add(item, buf_text(&method), operation_of(resource));
		buf_done(&method);
	}
}

static void
add_components(struct json *to)
{
	struct json *schemas = json_new_object();
	struct json *schemes = json_new_object();
	struct json *token = json_new_object();

	for (const struct api_shape *shape = api_shapes; shape->name; shape++) {
		struct json *schema = schema_of(shape->shape);

		if (shape->summary)
			json_add_text(schema, "description", shape->summary);
		json_add(schemas, shape->name, schema);
	}
	json_add(to, "schemas", schemas);
	json_add_text(token, "type", "http");
	json_add_text(token, "scheme", "bearer");
	json_add(schemes, "token", token);
	json_add(to, "securitySchemes", schemes);
}

static void
add_head(struct json *to)
{
	struct json *info = json_new_object(), *servers = json_new_array();
	struct json *server = json_new_object(), *security = json_new_array();
	struct json *token = json_new_object();

	json_add_text(to, "openapi", "3.1.0");
	json_add_text(info, "title", "Scoregate");
	json_add_text(info, "version", SCOREGATE_VERSION);
	json_add(to, "info", info);
	json_add_text(server, "url", "/api/v1");
	json_push(servers, server);
	json_add(to, "servers", servers);
	json_add(token, "token", json_new_array());
	json_push(security, token);
	json_add(to, "security", security);
}

enum sg_status
api_openapi(struct api_call *call, struct sg_err *err)
{
	struct json *paths = json_new_object();
	struct json *components = json_new_object();

	add_head(api_answer(call));
	add_paths(paths);
	json_add(call->answer, "paths", paths);
	add_components(components);
	json_add(call->answer, "components", components);
	return SG_OK;
}
