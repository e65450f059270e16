// Made from openapi/openapi.yaml by `npm run generate`. Do not edit.
/** The version of the document, and of this package. */
export const version = "0.1.0" as const;

/** The API's production server. */
export const serverUrl = "https://www.chenyu.cn" as const;

/** What an asset id may look like. */
export const assetIdPattern = "^(?!\\.{1,2}$)[^\\u0000-\\u0020\\u007f/\\\\?#%\\ud800-\\udfff]+$" as const;

/** The path of `getAsset`. */
export const getAssetPath = "/api/open/v2/assets/{asset_id}" as const;

/** Where the vendor's example has the bytes, on its host. */
export const contentPath = "/assets/{asset_id}/content" as const;

/** The asset ids that the mock knows, and what it answers. */
export const testAssets = [
  {
    "asset_id": "asset_38d2ff7769fb3b7267039941547e6a78",
    "summary": "Ready image (the vendor's example)",
    "answers": [
      {
        "status": 200,
        "example": "confirmed"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000002",
    "summary": "Ready video",
    "answers": [
      {
        "status": 200,
        "example": "video"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000003",
    "summary": "Ready persistent file, without an expiry",
    "answers": [
      {
        "status": 200,
        "example": "persistent"
      }
    ]
  },
  {
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
  {
    "asset_id": "asset_7e570000000000000000000000000005",
    "summary": "Unknown status, medium and field",
    "answers": [
      {
        "status": 200,
        "example": "unknown_status"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000006",
    "summary": "Under review for ever",
    "answers": [
      {
        "status": 200,
        "example": "under_review"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000001001",
    "summary": "Expired",
    "answers": [
      {
        "status": 200,
        "example": "expired"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000001002",
    "summary": "No permission",
    "answers": [
      {
        "status": 200,
        "example": "no_permission"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000001003",
    "summary": "Failed review",
    "answers": [
      {
        "status": 200,
        "example": "review_failed"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000400",
    "summary": "Bad request",
    "answers": [
      {
        "status": 400,
        "example": "bad_request"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000403",
    "summary": "Permission denied",
    "answers": [
      {
        "status": 403,
        "example": "permission_denied"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000404",
    "summary": "Not found",
    "answers": [
      {
        "status": 404,
        "example": "not_found"
      }
    ]
  },
  {
    "asset_id": "asset_7e570000000000000000000000000429",
    "summary": "Rate limited once, then ready",
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
  {
    "asset_id": "asset_7e570000000000000000000000200429",
    "summary": "Rate limited once by the envelope's code, then ready",
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
  {
    "asset_id": "asset_7e570000000000000000000000000500",
    "summary": "Server error for ever",
    "answers": [
      {
        "status": 500,
        "example": "server_error"
      }
    ]
  },
  {
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
  {
    "asset_id": "asset_7e570000000000000000000000c00001",
    "summary": "Ready video whose content drops in the middle; a `Range` from there gets the rest",
    "answers": [
      {
        "status": 200,
        "example": "video"
      }
    ],
    "content": "drops"
  },
  {
    "asset_id": "asset_7e570000000000000000000000c00002",
    "summary": "Ready video whose content knows no `Range`",
    "answers": [
      {
        "status": 200,
        "example": "video"
      }
    ],
    "content": "no_ranges"
  },
  {
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
  {
    "asset_id": "asset_7e570000000000000000000000c00004",
    "summary": "Ready video whose content comes at 200 kB/s",
    "answers": [
      {
        "status": 200,
        "example": "video"
      }
    ],
    "content": "slow"
  },
  {
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
  {
    "asset_id": "asset_7e570000000000000000000000c00006",
    "summary": "Ready video of 100 MB",
    "answers": [
      {
        "status": 200,
        "example": "large"
      }
    ]
  }
] as const;
