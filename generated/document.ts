// Made from openapi/openapi.yaml by `npm run generate`. Do not edit.
/** The version of the document, and of this package. */
export const version = "0.1.0" as const;

/** The API's production server. */
export const serverUrl = "https://www.chenyu.cn" as const;

/** What an asset id may look like. */
export const assetIdPattern = "^[^\\x00-\\x20#%\\x2f?\\\\\\x7f]+$" as const;

/** The path of `getAsset`. */
export const getAssetPath = "/api/open/v2/assets/{asset_id}" as const;

/** Where the vendor's example has the bytes, on its host. */
export const contentPath = "/assets/{asset_id}/content" as const;

/** A test asset: an asset that the mock knows, like a test card of a payment API. */
export interface TestAsset {
  asset_id: string;
  /** What it shows. */
  summary: string;
  /** The answers to its look-ups, in turn: examples of the document. The last one repeats. */
  answers: readonly TestAnswer[];
  /** What is wrong with its content. Absent: nothing. */
  content?: ContentFault;
}

/** An example of the document, by the status and the name that it has there. */
export interface TestAnswer {
  status: number;
  /** Absent in an asset of your own, if the answer has fields or a body that you gave. */
  example?: string;
  /** What is wrong with the signed URL. Absent: nothing. */
  signed_url?: SignedUrlFault;
}

/** What is wrong with a content: see the summaries in openapi/openapi.yaml, `x-test-assets`. */
export type ContentFault = "drops" | "no_ranges" | "short" | "slow" | "no_validator" | "weak_etag" | "redirects" | "closes";

/** All values of {@link ContentFault}. */
export const contentFaults: readonly ContentFault[] = ["drops","no_ranges","short","slow","no_validator","weak_etag","redirects","closes"];

/** What is wrong with a signed URL: it has expired, or it expires or the file changes in the middle of the first transfer. */
export type SignedUrlFault = "expired" | "expiring" | "changing";

/** All values of {@link SignedUrlFault}. */
export const signedUrlFaults: readonly SignedUrlFault[] = ["expired","expiring","changing"];

/** The name of a test asset. */
export type TestAssetName = "image" | "video" | "audio" | "empty" | "persistent" | "underReview" | "unknownStatus" | "alwaysUnderReview" | "expired" | "noPermission" | "reviewFailed" | "badRequest" | "permissionDenied" | "notFound" | "rateLimited" | "rateLimitedInEnvelope" | "serverError" | "recovers" | "drops" | "noRanges" | "short" | "slow" | "expiredUrl" | "large" | "expiresMidway" | "changes" | "noValidator" | "weakEtag" | "redirects" | "closes";

/** The test assets by name, with the mock's answers. */
export const testAssets: Readonly<Record<TestAssetName, TestAsset>> = {
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
};
