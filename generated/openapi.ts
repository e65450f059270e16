// Made from openapi/openapi.yaml by `npm run generate`. Do not edit.
/** The document, for the mock. */
export const openapi: object = {
  "openapi": "3.1.1",
  "info": {
    "title": "Chenyu Cloud asset API",
    "version": "0.1.0",
    "summary": "Look up the state, the addresses and the size of an asset (unofficial description).",
    "description": "An *asset* is a file that a Chenyu Cloud (晨羽智云) workflow takes in or gives out.\n\nThis description is unofficial. It is written by hand after the vendor's pages. Each fact says how well it is known\n(`x-evidence`) and by which page (`x-source`, a key of `x-sources`; `lookup` where none is given):\n\n- `documented`: the vendor's page says so.\n- `observed`: public clients of the same API, written by others, handle it.\n- `illustrative`: made up here, so that a mock can show a case that the vendor names without an example.\n- `undocumented`: nobody says. The types stay open.\n",
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
        "description": "Returns the asset's state, its reference for workflow inputs, and the addresses of its bytes.\n\nHTTP status 200 means *answered*, not *found*: look at `code`. An asset that has expired, that the key may not\nsee or that failed review is answered with a failure; its code, its message and its HTTP status are undocumented.\n",
        "x-evidence": "documented",
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
        "description": "The API key, sent as `Authorization: Bearer <key>`. Keep it on servers, never in a browser.\n\nThe form of a key is undocumented.\n",
        "x-evidence": "documented",
        "x-source": "authentication"
      }
    },
    "parameters": {
      "AssetId": {
        "name": "asset_id",
        "in": "path",
        "required": true,
        "description": "The id of the asset.\n\nIn the vendor's one example it is `asset_` and 32 lowercase hexadecimal digits. Other forms are undocumented, so\nthe pattern refuses only what could change the path of the URL. `.` and `..` would change it, too: they are not\nids, although the pattern lets them pass.\n",
        "x-evidence": "documented",
        "schema": {
          "type": "string",
          "pattern": "^[^\\x00-\\x20#%\\x2f?\\\\\\x7f]+$",
          "examples": [
            "asset_38d2ff7769fb3b7267039941547e6a78"
          ]
        },
        "example": "asset_38d2ff7769fb3b7267039941547e6a78"
      }
    },
    "headers": {
      "RetryAfter": {
        "description": "How long to wait before the next request, in seconds.",
        "x-evidence": "observed",
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
        "description": "A file that a workflow takes in or gives out.\n\nFields that this document does not know may be present.\n",
        "x-evidence": "documented",
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
            "description": "The id of the asset.\n\nIn the vendor's one example it is `asset_` and 32 lowercase hexadecimal digits.\n",
            "x-evidence": "documented",
            "examples": [
              "asset_38d2ff7769fb3b7267039941547e6a78"
            ]
          },
          "asset_uri": {
            "type": "string",
            "description": "The reference that a workflow's `inputs` take.\n\nFormat: `asset://` and the asset id.\n",
            "x-evidence": "documented",
            "examples": [
              "asset://asset_38d2ff7769fb3b7267039941547e6a78"
            ]
          },
          "url": {
            "type": "string",
            "description": "The address of the bytes.\n\nFormat: a URL, on another host than the API's. Whether it needs the API key is undocumented.\n",
            "x-evidence": "documented",
            "examples": [
              "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content"
            ]
          },
          "content_url": {
            "type": "string",
            "description": "The address of the bytes; in the vendor's example the same URL as `url`.\n\nMay be missing: the vendor's example has it, the vendor's schema does not.\n",
            "x-evidence": "documented",
            "examples": [
              "https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content"
            ]
          },
          "signed_url": {
            "type": "string",
            "description": "An address of the bytes that seems to open them to whoever holds it: treat it as a secret.\n\nFormat: a URL whose query has `expires`, in Unix seconds, and `signature`. What it opens is undocumented.\n",
            "x-evidence": "documented",
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
            "description": "The kind of medium.\n\n`image`, `video`, `audio` and `file` are common values of uploads; others are possible.\n",
            "x-evidence": "documented",
            "x-source": "upload",
            "examples": [
              "image"
            ]
          },
          "mime_type": {
            "type": "string",
            "description": "The media type of the bytes.\n\nFormat: `type/subtype`.\n",
            "x-evidence": "documented",
            "examples": [
              "image/png"
            ]
          },
          "size_bytes": {
            "type": "integer",
            "minimum": 0,
            "description": "The size of the file, in bytes.",
            "x-evidence": "documented",
            "examples": [
              102400
            ]
          },
          "purpose": {
            "type": "string",
            "x-extensible-enum": [
              "temp_input"
            ],
            "description": "What the asset was made for.\n\n`temp_input` is the only value that is documented for uploads. Other values are undocumented.\n",
            "x-evidence": "documented",
            "x-source": "upload",
            "examples": [
              "temp_input"
            ]
          },
          "persistent": {
            "type": "boolean",
            "description": "By its name, whether the asset is kept.\n\nWhat it means for `expires_at` is undocumented.\n",
            "x-evidence": "documented",
            "examples": [
              false
            ]
          },
          "expires_at": {
            "type": [
              "string",
              "null"
            ],
            "description": "When the asset expires.\n\nFormat: RFC 3339 with an offset (`+08:00`). What a persistent asset has here is undocumented: expect it to\nbe empty, null or missing.\n",
            "x-evidence": "documented",
            "examples": [
              "2026-06-16T12:00:00+08:00"
            ]
          },
          "status": {
            "type": "string",
            "x-extensible-enum": [
              "confirmed"
            ],
            "description": "The state of the asset.\n\n`confirmed` is the only documented value. Its meaning is undocumented: it is read here as ready to use. Other\nvalues are undocumented, too.\n",
            "x-evidence": "documented",
            "examples": [
              "confirmed"
            ]
          },
          "original_filename": {
            "type": "string",
            "description": "By its name, the file's name at upload. Never use it as a path.\n\nMay be missing: the vendor's example has it, the vendor's schema does not.\n",
            "x-evidence": "documented",
            "examples": [
              "input.png"
            ]
          }
        }
      },
      "AssetResponse": {
        "type": "object",
        "description": "The asset, in the API's envelope.",
        "x-evidence": "documented",
        "required": [
          "code",
          "msg",
          "data"
        ],
        "properties": {
          "code": {
            "type": "integer",
            "const": 0,
            "description": "0 means success.",
            "x-evidence": "documented",
            "examples": [
              0
            ]
          },
          "msg": {
            "type": "string",
            "description": "A message for people; in Chinese in the vendor's example.",
            "x-evidence": "documented",
            "examples": [
              "查询成功"
            ]
          },
          "data": {
            "$ref": "#/components/schemas/Asset",
            "description": "The asset.",
            "x-evidence": "documented"
          }
        }
      },
      "Failure": {
        "type": "object",
        "description": "Why there is no asset, in the API's envelope.\n\nIts codes and messages are undocumented.\n",
        "x-evidence": "documented",
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
            "description": "Any number but 0 means failure.\n\nWhich number means what is undocumented.\n",
            "x-evidence": "documented",
            "examples": [
              404
            ]
          },
          "msg": {
            "type": "string",
            "description": "A message for people; in Chinese in the vendor's example.",
            "x-evidence": "documented",
            "examples": [
              "资源不存在"
            ]
          }
        }
      },
      "GatewayError": {
        "type": "object",
        "description": "An error without the API's envelope.",
        "x-evidence": "observed",
        "required": [
          "error"
        ],
        "properties": {
          "error": {
            "description": "A message, or an object that holds one.",
            "x-evidence": "observed",
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
                    "description": "A message for people.",
                    "x-evidence": "observed",
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
        "description": "The body of an HTTP error.\n\nA gateway may also send HTML, or nothing at all.\n",
        "x-evidence": "observed",
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
        "description": "The asset if `code` is 0, otherwise a failure.",
        "x-evidence": "documented",
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
              "audio": {
                "$ref": "#/components/examples/Audio"
              },
              "large": {
                "$ref": "#/components/examples/Large"
              },
              "empty": {
                "$ref": "#/components/examples/Empty"
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
        "description": "A parameter is wrong.",
        "x-evidence": "observed",
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
        "description": "The API key is missing, wrong, expired or disabled.",
        "x-evidence": "observed",
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
        "description": "The API key may not do this.",
        "x-evidence": "observed",
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
        "description": "There is no such asset.",
        "x-evidence": "observed",
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
        "description": "Too many requests: wait as long as `Retry-After` says.",
        "x-evidence": "observed",
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
        "description": "The server failed.",
        "x-evidence": "observed",
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
        "summary": "Ready image, the vendor's own example",
        "x-evidence": "documented",
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
        "summary": "Ready video, without the two optional fields",
        "x-evidence": "illustrative",
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
      "Audio": {
        "summary": "Ready sound, with a Chinese file name",
        "x-evidence": "illustrative",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000000007",
            "asset_uri": "asset://asset_7e570000000000000000000000000007",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000007/content",
            "content_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000007/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000007/content?expires=1781295600&signature=xxxx",
            "media_type": "audio",
            "mime_type": "audio/wav",
            "size_bytes": 262144,
            "purpose": "temp_input",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "confirmed",
            "original_filename": "提示音.wav"
          }
        }
      },
      "Large": {
        "summary": "Ready video of 100 MB, as large as an upload may be",
        "x-evidence": "illustrative",
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
      "Empty": {
        "summary": "Ready file of 0 bytes",
        "x-evidence": "illustrative",
        "value": {
          "code": 0,
          "msg": "查询成功",
          "data": {
            "asset_id": "asset_7e570000000000000000000000000008",
            "asset_uri": "asset://asset_7e570000000000000000000000000008",
            "url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000008/content",
            "content_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000008/content",
            "signed_url": "https://www.chenyu.team/assets/asset_7e570000000000000000000000000008/content?expires=1781295600&signature=xxxx",
            "media_type": "file",
            "mime_type": "text/plain",
            "size_bytes": 0,
            "purpose": "temp_input",
            "persistent": false,
            "expires_at": "2026-06-16T12:00:00+08:00",
            "status": "confirmed",
            "original_filename": "empty.txt"
          }
        }
      },
      "Persistent": {
        "summary": "Ready file that is kept, without an expiry",
        "x-evidence": "illustrative",
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
        "summary": "Image that is still under review",
        "x-evidence": "illustrative",
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
        "summary": "Image with a status, a medium and a field that this document does not know",
        "x-evidence": "illustrative",
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
        "summary": "The asset has expired",
        "x-evidence": "illustrative",
        "value": {
          "code": 1001,
          "msg": "资源已过期"
        }
      },
      "NoPermission": {
        "summary": "The key may not see the asset",
        "x-evidence": "illustrative",
        "value": {
          "code": 1002,
          "msg": "无权限访问该资源"
        }
      },
      "ReviewFailed": {
        "summary": "The asset failed review",
        "x-evidence": "illustrative",
        "value": {
          "code": 1003,
          "msg": "资源审核未通过"
        }
      },
      "BadRequest": {
        "summary": "A parameter is wrong",
        "x-evidence": "illustrative",
        "value": {
          "code": 400,
          "msg": "参数错误"
        }
      },
      "InvalidKey": {
        "summary": "The API key is not accepted",
        "x-evidence": "illustrative",
        "value": {
          "code": 401,
          "msg": "API Key 无效"
        }
      },
      "PermissionDenied": {
        "summary": "The API key may not do this",
        "x-evidence": "illustrative",
        "value": {
          "code": 403,
          "msg": "权限不足"
        }
      },
      "NotFound": {
        "summary": "There is no such asset",
        "x-evidence": "illustrative",
        "value": {
          "code": 404,
          "msg": "资源不存在"
        }
      },
      "RateLimited": {
        "summary": "Too many requests, by status 429 or by `code` 429 in a 200; the message is made up",
        "x-evidence": "observed",
        "value": {
          "code": 429,
          "msg": "请求过于频繁"
        }
      },
      "ServerError": {
        "summary": "The server failed",
        "x-evidence": "illustrative",
        "value": {
          "code": 500,
          "msg": "服务器错误"
        }
      },
      "ErrorText": {
        "summary": "Error as a text, without the envelope; the text is made up",
        "x-evidence": "observed",
        "value": {
          "error": "internal error"
        }
      },
      "ErrorObject": {
        "summary": "Error as an object, without the envelope; the text is made up",
        "x-evidence": "observed",
        "value": {
          "error": {
            "message": "internal error"
          }
        }
      }
    }
  },
  "x-sources": {
    "lookup": "https://enterprise.chenyu.cn/api-reference/workflow/assets-info",
    "upload": "https://chenyu.mintlify.app/api-reference/workflow/assets-upload",
    "authentication": "https://enterprise.chenyu.cn/userguide/authentication"
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
    "audio": {
      "asset_id": "asset_7e570000000000000000000000000007",
      "summary": "Ready sound",
      "answers": [
        {
          "status": 200,
          "example": "audio"
        }
      ]
    },
    "empty": {
      "asset_id": "asset_7e570000000000000000000000000008",
      "summary": "Ready file of 0 bytes",
      "answers": [
        {
          "status": 200,
          "example": "empty"
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
    },
    "expiresMidway": {
      "asset_id": "asset_7e570000000000000000000000c00007",
      "summary": "Ready video whose connection drops in the middle; then its signed URL has expired, and the second look-up gives a fresh one",
      "answers": [
        {
          "status": 200,
          "example": "video",
          "signed_url": "expiring"
        },
        {
          "status": 200,
          "example": "video"
        }
      ]
    },
    "changes": {
      "asset_id": "asset_7e570000000000000000000000c00008",
      "summary": "Ready image whose connection drops in the middle; then the file has changed, and the second look-up leads to the new version",
      "answers": [
        {
          "status": 200,
          "example": "confirmed",
          "signed_url": "changing"
        },
        {
          "status": 200,
          "example": "confirmed"
        }
      ]
    },
    "noValidator": {
      "asset_id": "asset_7e570000000000000000000000c00009",
      "summary": "Ready image whose content has no `ETag` and no `Last-Modified`",
      "answers": [
        {
          "status": 200,
          "example": "confirmed"
        }
      ],
      "content": "no_validator"
    },
    "weakEtag": {
      "asset_id": "asset_7e570000000000000000000000c0000a",
      "summary": "Ready image whose content has only a weak `ETag`",
      "answers": [
        {
          "status": 200,
          "example": "confirmed"
        }
      ],
      "content": "weak_etag"
    },
    "redirects": {
      "asset_id": "asset_7e570000000000000000000000c0000b",
      "summary": "Ready sound whose content is redirected to a path with a Chinese name",
      "answers": [
        {
          "status": 200,
          "example": "audio"
        }
      ],
      "content": "redirects"
    },
    "closes": {
      "asset_id": "asset_7e570000000000000000000000c0000c",
      "summary": "Ready video whose content comes with `Connection: close`",
      "answers": [
        {
          "status": 200,
          "example": "video"
        }
      ],
      "content": "closes"
    }
  }
};
