// Made from openapi/openapi.yaml by `npm run generate`. Do not edit.
/** The document, for the mock. */
export const openapi: object = {
  "openapi": "3.1.1",
  "info": {
    "title": "Chenyu Cloud asset API",
    "version": "0.1.0",
    "summary": "Look up the state, the addresses and the size of an asset (unofficial description).",
    "description": "An *asset* is a file that a Chenyu Cloud (晨羽智云) workflow takes in or gives out.\n\nThis description is unofficial. It is written by hand after\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info), and every text says how well\nits facts are known:\n\n- **Documented**: the vendor's page says so.\n- **Observed**: public clients of the same API, written by others, handle it.\n- **Illustrative**: made up here, so that a mock can show a case that the vendor names without an example.\n- **Undocumented**: nobody says. The types stay open.\n",
    "license": {
      "name": "MIT",
      "identifier": "MIT"
    }
  },
  "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
  "servers": [
    {
      "url": "https://www.chenyu.cn",
      "description": "Production, as the vendor's page documents it."
    }
  ],
  "security": [
    {
      "bearerAuth": []
    }
  ],
  "tags": [
    {
      "name": "Assets",
      "description": "Files that workflows take in and give out."
    }
  ],
  "externalDocs": {
    "description": "The vendor's page of this endpoint (Chinese)",
    "url": "https://enterprise.chenyu.cn/api-reference/workflow/assets-info"
  },
  "paths": {
    "/api/open/v2/assets/{asset_id}": {
      "get": {
        "operationId": "getAsset",
        "tags": [
          "Assets"
        ],
        "summary": "Look an asset up",
        "description": "Returns the asset's state, its reference for workflow inputs, and the addresses of its bytes.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n\nHTTP status 200 means *answered*, not *found*: look at `code`. An asset that has expired, that the key may not\nsee or that failed review is answered with a failure; its code, its message and its HTTP status are undocumented.\n",
        "parameters": [
          {
            "$ref": "#/components/parameters/AssetId"
          }
        ],
        "responses": {
          "200": {
            "$ref": "#/components/responses/AssetOrFailure"
          },
          "400": {
            "$ref": "#/components/responses/BadRequest"
          },
          "401": {
            "$ref": "#/components/responses/Unauthenticated"
          },
          "403": {
            "$ref": "#/components/responses/PermissionDenied"
          },
          "404": {
            "$ref": "#/components/responses/NotFound"
          },
          "429": {
            "$ref": "#/components/responses/RateLimited"
          },
          "500": {
            "$ref": "#/components/responses/ServerError"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "description": "The API key, sent as `Authorization: Bearer <key>`. It belongs on servers, never in a browser.\n[Documented](https://enterprise.chenyu.cn/userguide/authentication); its form is undocumented.\n"
      }
    },
    "parameters": {
      "AssetId": {
        "name": "asset_id",
        "in": "path",
        "required": true,
        "description": "The id of the asset. Format: `asset_` and 32 lowercase hexadecimal digits in the vendor's one example.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info). Other forms are undocumented, so\nthe pattern refuses only what could change the path of the URL.\n",
        "schema": {
          "type": "string",
          "pattern": "^(?!\\.{1,2}$)[^\\u0000-\\u0020\\u007f/\\\\?#%\\ud800-\\udfff]+$",
          "examples": [
            "asset_38d2ff7769fb3b7267039941547e6a78"
          ]
        },
        "example": "asset_38d2ff7769fb3b7267039941547e6a78"
      }
    },
    "headers": {
      "RetryAfter": {
        "description": "How long to wait before the next request, in seconds. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "required": false,
        "schema": {
          "type": "integer",
          "minimum": 0,
          "examples": [
            1
          ]
        },
        "example": 1
      }
    },
    "schemas": {
      "Asset": {
        "type": "object",
        "description": "A file that a workflow takes in or gives out. Fields that this description does not know may be present.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "required": [
          "asset_id",
          "asset_uri",
          "url",
          "signed_url",
          "media_type",
          "mime_type",
          "size_bytes",
          "purpose",
          "persistent",
          "expires_at",
          "status"
        ],
        "properties": {
          "asset_id": {
            "type": "string",
            "description": "The id of the asset. Format: `asset_` and 32 lowercase hexadecimal digits in the vendor's one example.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "asset_38d2ff7769fb3b7267039941547e6a78"
            ]
          },
          "asset_uri": {
            "type": "string",
            "description": "The reference that a workflow's `inputs` take. Format: `asset://` and the asset id.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "asset://asset_38d2ff7769fb3b7267039941547e6a78"
            ]
          },
          "url": {
            "type": "string",
            "description": "The address of the bytes. Format: a URL, on another host than the API's.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info); whether it needs the API key is\nundocumented.\n",
            "examples": [
              "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content"
            ]
          },
          "content_url": {
            "type": "string",
            "description": "The address of the bytes; in the vendor's example the same URL as `url`. May be missing: it stands\nin the example but not in the schema of\n[the vendor's page (documented)](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content"
            ]
          },
          "signed_url": {
            "type": "string",
            "description": "An address of the bytes that seems to open them to whoever holds it: treat it as a secret. Format: a URL whose\nquery has `expires`, in Unix seconds, and `signature`.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) by example; what it opens is undocumented.\n",
            "examples": [
              "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content?expires=1781295600&signature=xxxx"
            ]
          },
          "media_type": {
            "type": "string",
            "x-extensible-enum": [
              "image",
              "video",
              "audio",
              "file"
            ],
            "description": "The kind of medium. `image`, `video`, `audio` and `file` are common values, others are possible:\n[documented for uploads](https://chenyu.mintlify.app/api-reference/workflow/assets-upload).\n",
            "examples": [
              "image"
            ]
          },
          "mime_type": {
            "type": "string",
            "description": "The media type of the bytes. Format: `type/subtype`.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "image/png"
            ]
          },
          "size_bytes": {
            "type": "integer",
            "minimum": 0,
            "description": "The size of the file, in bytes.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              102400
            ]
          },
          "purpose": {
            "type": "string",
            "x-extensible-enum": [
              "temp_input"
            ],
            "description": "What the asset was made for. `temp_input` is the only value that is\n[documented for uploads](https://chenyu.mintlify.app/api-reference/workflow/assets-upload); others are\nundocumented.\n",
            "examples": [
              "temp_input"
            ]
          },
          "persistent": {
            "type": "boolean",
            "description": "Whether the asset is kept. [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) by name; what it means for `expires_at` is undocumented.\n",
            "examples": [
              false
            ]
          },
          "expires_at": {
            "type": [
              "string",
              "null"
            ],
            "description": "When the asset expires. Format: RFC 3339 with an offset (`+08:00`).\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) as a string; what a persistent\nasset has here is undocumented, so expect it to be empty, null or missing.\n",
            "examples": [
              "2026-06-16T12:00:00+08:00"
            ]
          },
          "status": {
            "type": "string",
            "x-extensible-enum": [
              "confirmed"
            ],
            "description": "The state of the asset. `confirmed`, taken here as \"ready to use\", is the only value that is\n[documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info); its meaning and other values are\nundocumented.\n",
            "examples": [
              "confirmed"
            ]
          },
          "original_filename": {
            "type": "string",
            "description": "By its name, what the file was called before: never use it as a path. May be missing: it stands\nin the example but not in the schema of\n[the vendor's page (documented)](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "input.png"
            ]
          }
        }
      },
      "AssetResponse": {
        "type": "object",
        "description": "The asset, in the API's envelope.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "required": [
          "code",
          "msg",
          "data"
        ],
        "properties": {
          "code": {
            "type": "integer",
            "const": 0,
            "description": "0: success.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              0
            ]
          },
          "msg": {
            "type": "string",
            "description": "A message for people; in Chinese in the vendor's example.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "查询成功"
            ]
          },
          "data": {
            "$ref": "#/components/schemas/Asset"
          }
        }
      },
      "Failure": {
        "type": "object",
        "description": "Why there is no asset, in the API's envelope.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) without its codes and messages.\n",
        "required": [
          "code",
          "msg"
        ],
        "properties": {
          "code": {
            "type": "integer",
            "not": {
              "const": 0
            },
            "description": "Any number but 0: failure. Which number means what is undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              404
            ]
          },
          "msg": {
            "type": "string",
            "description": "A message for people; in Chinese in the vendor's example.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "examples": [
              "资源不存在"
            ]
          }
        }
      },
      "GatewayError": {
        "type": "object",
        "description": "An error without the API's envelope. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "required": [
          "error"
        ],
        "properties": {
          "error": {
            "description": "A message, or an object that holds one. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
            "anyOf": [
              {
                "type": "string",
                "examples": [
                  "internal error"
                ]
              },
              {
                "type": "object",
                "required": [
                  "message"
                ],
                "properties": {
                  "message": {
                    "type": "string",
                    "description": "A message for people. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
                    "examples": [
                      "internal error"
                    ]
                  }
                }
              }
            ]
          }
        }
      },
      "ErrorBody": {
        "description": "The body of an HTTP error. Its forms are observed, and undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info); a gateway may also send HTML\nor nothing at all.\n",
        "anyOf": [
          {
            "$ref": "#/components/schemas/Failure"
          },
          {
            "$ref": "#/components/schemas/GatewayError"
          }
        ]
      }
    },
    "responses": {
      "AssetOrFailure": {
        "description": "The asset if `code` is 0, otherwise a failure.\n[Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "content": {
          "application/json": {
            "schema": {
              "anyOf": [
                {
                  "$ref": "#/components/schemas/AssetResponse"
                },
                {
                  "$ref": "#/components/schemas/Failure"
                }
              ]
            },
            "examples": {
              "confirmed": {
                "$ref": "#/components/examples/Confirmed"
              },
              "video": {
                "$ref": "#/components/examples/Video"
              },
              "large": {
                "$ref": "#/components/examples/Large"
              },
              "persistent": {
                "$ref": "#/components/examples/Persistent"
              },
              "under_review": {
                "$ref": "#/components/examples/UnderReview"
              },
              "unknown_status": {
                "$ref": "#/components/examples/UnknownStatus"
              },
              "expired": {
                "$ref": "#/components/examples/Expired"
              },
              "no_permission": {
                "$ref": "#/components/examples/NoPermission"
              },
              "review_failed": {
                "$ref": "#/components/examples/ReviewFailed"
              },
              "rate_limited": {
                "$ref": "#/components/examples/RateLimited"
              }
            }
          }
        }
      },
      "BadRequest": {
        "description": "A parameter is wrong. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            },
            "examples": {
              "bad_request": {
                "$ref": "#/components/examples/BadRequest"
              }
            }
          }
        }
      },
      "Unauthenticated": {
        "description": "The API key is missing, wrong, expired or disabled. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            },
            "examples": {
              "invalid_key": {
                "$ref": "#/components/examples/InvalidKey"
              }
            }
          }
        }
      },
      "PermissionDenied": {
        "description": "The API key may not do this. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            },
            "examples": {
              "permission_denied": {
                "$ref": "#/components/examples/PermissionDenied"
              }
            }
          }
        }
      },
      "NotFound": {
        "description": "There is no such asset. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            },
            "examples": {
              "not_found": {
                "$ref": "#/components/examples/NotFound"
              }
            }
          }
        }
      },
      "RateLimited": {
        "description": "Too many requests: wait as long as `Retry-After` says. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "headers": {
          "Retry-After": {
            "$ref": "#/components/headers/RetryAfter"
          }
        },
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            },
            "examples": {
              "too_many_requests": {
                "$ref": "#/components/examples/RateLimited"
              }
            }
          }
        }
      },
      "ServerError": {
        "description": "The server failed. Observed; undocumented on\n[the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).\n",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            },
            "examples": {
              "server_error": {
                "$ref": "#/components/examples/ServerError"
              },
              "error_text": {
                "$ref": "#/components/examples/ErrorText"
              },
              "error_object": {
                "$ref": "#/components/examples/ErrorObject"
              }
            }
          }
        }
      }
    },
    "examples": {
      "Confirmed": {
        "summary": "A ready image. The vendor's own example, word for word (documented).",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_38d2ff7769fb3b7267039941547e6a78",
            "asset_uri": "asset://asset_38d2ff7769fb3b7267039941547e6a78",
            "url": "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content",
            "content_url": "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content",
            "signed_url": "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content?expires=1781295600&signature=xxxx",
            "media_type": "image",
            "mime_type": "image/png",
            "size_bytes": 102400,
            "purpose": "temp_input",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "confirmed",
            "original_filename": "input.png"
          }
        }
      },
      "Video": {
        "summary": "A ready video, without the two optional fields (illustrative).",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000000002",
            "asset_uri": "asset://asset_7e570000000000000000000000000002",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000002/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000002/content?expires=1781295600&signature=xxxx",
            "media_type": "video",
            "mime_type": "video/mp4",
            "size_bytes": 7340032,
            "purpose": "temp_input",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "confirmed"
          }
        }
      },
      "Large": {
        "summary": "A ready video of 100 MB, as large as an upload may be (illustrative).",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000c00006",
            "asset_uri": "asset://asset_7e570000000000000000000000c00006",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000c00006/content",
            "content_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000c00006/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000c00006/content?expires=1781295600&signature=xxxx",
            "media_type": "video",
            "mime_type": "video/mp4",
            "size_bytes": 100000000,
            "purpose": "temp_input",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "confirmed",
            "original_filename": "film.mp4"
          }
        }
      },
      "Persistent": {
        "summary": "A ready file that is kept, without an expiry (illustrative).",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000000003",
            "asset_uri": "asset://asset_7e570000000000000000000000000003",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000003/content",
            "content_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000003/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000003/content?expires=1781295600&signature=xxxx",
            "media_type": "file",
            "mime_type": "application/json",
            "size_bytes": 2048,
            "purpose": "temp_input",
            "persistent": true,
            "expires_at": null,
            "status": "confirmed",
            "original_filename": "工作流.json"
          }
        }
      },
      "UnderReview": {
        "summary": "An image that is still under review. The status is illustrative.",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000000004",
            "asset_uri": "asset://asset_7e570000000000000000000000000004",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000004/content",
            "content_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000004/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000004/content?expires=1781295600&signature=xxxx",
            "media_type": "image",
            "mime_type": "image/png",
            "size_bytes": 102400,
            "purpose": "temp_input",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "reviewing",
            "original_filename": "input.png"
          }
        }
      },
      "UnknownStatus": {
        "summary": "An image with a status, a medium and a field that this document does not know (illustrative).",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000000005",
            "asset_uri": "asset://asset_7e570000000000000000000000000005",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000005/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000005/content?expires=1781295600&signature=xxxx",
            "media_type": "hologram",
            "mime_type": "application/octet-stream",
            "size_bytes": 4096,
            "purpose": "workflow_output",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "archived",
            "archived_by": "retention-policy"
          }
        }
      },
      "Expired": {
        "summary": "The asset has expired. Its code and message are illustrative.",
        "value": {
          "code": 1001,
          "msg": "资源已过期"
        }
      },
      "NoPermission": {
        "summary": "The key may not see the asset. Its code and message are illustrative.",
        "value": {
          "code": 1002,
          "msg": "无权限访问该资源"
        }
      },
      "ReviewFailed": {
        "summary": "The asset failed review. Its code and message are illustrative.",
        "value": {
          "code": 1003,
          "msg": "资源审核未通过"
        }
      },
      "BadRequest": {
        "summary": "A parameter is wrong. Its code and message are illustrative.",
        "value": {
          "code": 400,
          "msg": "参数错误"
        }
      },
      "InvalidKey": {
        "summary": "The API key is not accepted. Its code and message are illustrative.",
        "value": {
          "code": 401,
          "msg": "API Key 无效"
        }
      },
      "PermissionDenied": {
        "summary": "The API key may not do this. Its code and message are illustrative.",
        "value": {
          "code": 403,
          "msg": "权限不足"
        }
      },
      "NotFound": {
        "summary": "There is no such asset. Its code and message are illustrative.",
        "value": {
          "code": 404,
          "msg": "资源不存在"
        }
      },
      "RateLimited": {
        "summary": "Too many requests. Observed with status 429 and with status 200; the message is illustrative.",
        "value": {
          "code": 429,
          "msg": "请求过于频繁"
        }
      },
      "ServerError": {
        "summary": "The server failed. Its code and message are illustrative.",
        "value": {
          "code": 500,
          "msg": "服务器错误"
        }
      },
      "ErrorText": {
        "summary": "An error as a text, without the envelope (observed; the text is illustrative).",
        "value": {
          "error": "internal error"
        }
      },
      "ErrorObject": {
        "summary": "An error as an object, without the envelope (observed; the text is illustrative).",
        "value": {
          "error": {
            "message": "internal error"
          }
        }
      }
    }
  },
  "x-test-assets": {
    "image": {
      "asset_id": "asset_38d2ff7769fb3b7267039941547e6a78",
      "summary": "Ready image (the vendor's example)",
      "answers": [
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "video": {
      "asset_id": "asset_7e570000000000000000000000000002",
      "summary": "Ready video",
      "answers": [
        {
          "status": 200,
          "example": "video"
        }
      ]
    },
    "persistent": {
      "asset_id": "asset_7e570000000000000000000000000003",
      "summary": "Ready persistent file, without an expiry",
      "answers": [
        {
          "status": 200,
          "example": "persistent"
        }
      ]
    },
    "underReview": {
      "asset_id": "asset_7e570000000000000000000000000004",
      "summary": "Under review, ready on the third look-up",
      "answers": [
        {
          "status": 200,
          "example": "under_review"
        },
        {
          "status": 200,
          "example": "under_review"
        },
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "unknownStatus": {
      "asset_id": "asset_7e570000000000000000000000000005",
      "summary": "Unknown status, media type and field",
      "answers": [
        {
          "status": 200,
          "example": "unknown_status"
        }
      ]
    },
    "alwaysUnderReview": {
      "asset_id": "asset_7e570000000000000000000000000006",
      "summary": "Always under review",
      "answers": [
        {
          "status": 200,
          "example": "under_review"
        }
      ]
    },
    "expired": {
      "asset_id": "asset_7e570000000000000000000000001001",
      "summary": "Expired",
      "answers": [
        {
          "status": 200,
          "example": "expired"
        }
      ]
    },
    "noPermission": {
      "asset_id": "asset_7e570000000000000000000000001002",
      "summary": "No permission (business failure)",
      "answers": [
        {
          "status": 200,
          "example": "no_permission"
        }
      ]
    },
    "reviewFailed": {
      "asset_id": "asset_7e570000000000000000000000001003",
      "summary": "Review failed",
      "answers": [
        {
          "status": 200,
          "example": "review_failed"
        }
      ]
    },
    "badRequest": {
      "asset_id": "asset_7e570000000000000000000000000400",
      "summary": "Bad request",
      "answers": [
        {
          "status": 400,
          "example": "bad_request"
        }
      ]
    },
    "permissionDenied": {
      "asset_id": "asset_7e570000000000000000000000000403",
      "summary": "Permission denied (HTTP 403)",
      "answers": [
        {
          "status": 403,
          "example": "permission_denied"
        }
      ]
    },
    "notFound": {
      "asset_id": "asset_7e570000000000000000000000000404",
      "summary": "Not found",
      "answers": [
        {
          "status": 404,
          "example": "not_found"
        }
      ]
    },
    "rateLimited": {
      "asset_id": "asset_7e570000000000000000000000000429",
      "summary": "Rate limited once (HTTP 429), then ready",
      "answers": [
        {
          "status": 429,
          "example": "too_many_requests"
        },
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "rateLimitedInEnvelope": {
      "asset_id": "asset_7e570000000000000000000000200429",
      "summary": "Rate limited once (`code` 429 in a 200), then ready",
      "answers": [
        {
          "status": 200,
          "example": "rate_limited"
        },
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "serverError": {
      "asset_id": "asset_7e570000000000000000000000000500",
      "summary": "Server error at every look-up",
      "answers": [
        {
          "status": 500,
          "example": "server_error"
        }
      ]
    },
    "recovers": {
      "asset_id": "asset_7e570000000000000000000000000502",
      "summary": "Server error twice, then ready",
      "answers": [
        {
          "status": 500,
          "example": "server_error"
        },
        {
          "status": 500,
          "example": "error_text"
        },
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "drops": {
      "asset_id": "asset_7e570000000000000000000000c00001",
      "summary": "Ready video whose connection drops in the middle; a `Range` request gets the rest",
      "answers": [
        {
          "status": 200,
          "example": "video"
        }
      ],
      "content": "drops"
    },
    "noRanges": {
      "asset_id": "asset_7e570000000000000000000000c00002",
      "summary": "Ready video whose content ignores `Range`",
      "answers": [
        {
          "status": 200,
          "example": "video"
        }
      ],
      "content": "no_ranges"
    },
    "short": {
      "asset_id": "asset_7e570000000000000000000000c00003",
      "summary": "Ready image whose content is shorter than `size_bytes`",
      "answers": [
        {
          "status": 200,
          "example": "confirmed"
        }
      ],
      "content": "short"
    },
    "slow": {
      "asset_id": "asset_7e570000000000000000000000c00004",
      "summary": "Ready video whose content arrives at 200 kB/s",
      "answers": [
        {
          "status": 200,
          "example": "video"
        }
      ],
      "content": "slow"
    },
    "expiredUrl": {
      "asset_id": "asset_7e570000000000000000000000c00005",
      "summary": "Ready image whose signed URL has expired; the second look-up gives a fresh one",
      "answers": [
        {
          "status": 200,
          "example": "confirmed",
          "signed_url": "expired"
        },
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "large": {
      "asset_id": "asset_7e570000000000000000000000c00006",
      "summary": "Ready video of 100 MB",
      "answers": [
        {
          "status": 200,
          "example": "large"
        }
      ]
    }
  }
};
