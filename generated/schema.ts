// Made from openapi/openapi.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/api/open/v2/assets/{asset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look an asset up
         *
         * Returns the asset's state, its reference for workflow inputs, and the addresses of its bytes.
         *
         * HTTP status 200 means *answered*, not *found*: look at `code`. An asset that has expired, that the key may not
         * see or that failed review is answered with a failure; its code, its message and its HTTP status are undocumented.
         *
         * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        get: operations["getAsset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * A file that a workflow takes in or gives out.
         *
         * Fields that this document does not know may be present.
         *
         * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        Asset: {
            /**
             * The id of the asset.
             *
             * In the vendor's one example it is `asset_` and 32 lowercase hexadecimal digits.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example asset_38d2ff7769fb3b7267039941547e6a78
             */
            asset_id: string;
            /**
             * The reference that a workflow's `inputs` take.
             *
             * Format: `asset://` and the asset id.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example asset://asset_38d2ff7769fb3b7267039941547e6a78
             */
            asset_uri: string;
            /**
             * The address of the bytes.
             *
             * Format: a URL, on another host than the API's. Whether it needs the API key is undocumented.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content
             */
            url: string;
            /**
             * The address of the bytes; in the vendor's example the same URL as `url`.
             *
             * May be missing: the vendor's example has it, the vendor's schema does not.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content
             */
            content_url?: string;
            /**
             * An address of the bytes that seems to open them to whoever holds it: treat it as a secret.
             *
             * Format: a URL whose query has `expires`, in Unix seconds, and `signature`. What it opens is undocumented.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content?expires=1781295600&signature=xxxx
             */
            signed_url: string;
            /**
             * The kind of medium.
             *
             * `image`, `video`, `audio` and `file` are common values of uploads; others are possible.
             *
             * Documented on [the vendor's upload page](https://chenyu.mintlify.app/api-reference/workflow/assets-upload).
             * @example image
             */
            media_type: "image" | "video" | "audio" | "file" | (string & {});
            /**
             * The media type of the bytes.
             *
             * Format: `type/subtype`.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example image/png
             */
            mime_type: string;
            /**
             * The size of the file, in bytes.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 102400
             */
            size_bytes: number;
            /**
             * What the asset was made for.
             *
             * `temp_input` is the only value that is documented for uploads. Other values are undocumented.
             *
             * Documented on [the vendor's upload page](https://chenyu.mintlify.app/api-reference/workflow/assets-upload).
             * @example temp_input
             */
            purpose: "temp_input" | (string & {});
            /**
             * By its name, whether the asset is kept.
             *
             * What it means for `expires_at` is undocumented.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example false
             */
            persistent: boolean;
            /**
             * When the asset expires.
             *
             * Format: RFC 3339 with an offset (`+08:00`). What a persistent asset has here is undocumented: expect it to
             * be empty, null or missing.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 2026-06-16T12:00:00+08:00
             */
            expires_at: string | null;
            /**
             * The state of the asset.
             *
             * `confirmed` is the only documented value. Its meaning is undocumented: it is read here as ready to use. Other
             * values are undocumented, too.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example confirmed
             */
            status: "confirmed" | (string & {});
            /**
             * By its name, the file's name at upload. Never use it as a path.
             *
             * May be missing: the vendor's example has it, the vendor's schema does not.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example input.png
             */
            original_filename?: string;
        };
        /**
         * The asset, in the API's envelope.
         *
         * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        AssetResponse: {
            /**
             * 0 means success.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 0
             * @constant
             */
            code: 0;
            /**
             * A message for people; in Chinese in the vendor's example.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 查询成功
             */
            msg: string;
            /**
             * The asset.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             */
            data: components["schemas"]["Asset"];
        };
        /**
         * Why there is no asset, in the API's envelope.
         *
         * Its codes and messages are undocumented.
         *
         * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        Failure: {
            /**
             * Any number but 0 means failure.
             *
             * Which number means what is undocumented.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 404
             */
            code: number;
            /**
             * A message for people; in Chinese in the vendor's example.
             *
             * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 资源不存在
             */
            msg: string;
        };
        /**
         * An error without the API's envelope.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        GatewayError: {
            /**
             * A message, or an object that holds one.
             *
             * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             */
            error: string | {
                /**
                 * A message for people.
                 *
                 * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
                 * @example internal error
                 */
                message: string;
            };
        };
        /**
         * The body of an HTTP error.
         *
         * A gateway may also send HTML, or nothing at all.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        ErrorBody: components["schemas"]["Failure"] | components["schemas"]["GatewayError"];
    };
    responses: {
        /**
         * The asset if `code` is 0, otherwise a failure.
         *
         * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        AssetOrFailure: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["AssetResponse"] | components["schemas"]["Failure"];
            };
        };
        /**
         * A parameter is wrong.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /**
         * The API key is missing, wrong, expired or disabled.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /**
         * The API key may not do this.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        PermissionDenied: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /**
         * There is no such asset.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /**
         * Too many requests: wait as long as `Retry-After` says.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        RateLimited: {
            headers: {
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /**
         * The server failed.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        ServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
    };
    parameters: {
        /**
         * The id of the asset.
         *
         * In the vendor's one example it is `asset_` and 32 lowercase hexadecimal digits. Other forms are undocumented, so
         * the pattern refuses only what could change the path of the URL. `.` and `..` would change it, too: they are not
         * ids, although the pattern lets them pass.
         *
         * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         * @example asset_38d2ff7769fb3b7267039941547e6a78
         */
        AssetId: string;
    };
    requestBodies: never;
    headers: {
        /**
         * How long to wait before the next request, in seconds.
         *
         * Observed; undocumented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         * @example 1
         */
        RetryAfter: number;
    };
    pathItems: never;
}
export type Asset = components['schemas']['Asset'];
export type AssetResponse = components['schemas']['AssetResponse'];
export type Failure = components['schemas']['Failure'];
export type GatewayError = components['schemas']['GatewayError'];
export type ErrorBody = components['schemas']['ErrorBody'];
export type ResponseAssetOrFailure = components['responses']['AssetOrFailure'];
export type ResponseBadRequest = components['responses']['BadRequest'];
export type ResponseUnauthenticated = components['responses']['Unauthenticated'];
export type ResponsePermissionDenied = components['responses']['PermissionDenied'];
export type ResponseNotFound = components['responses']['NotFound'];
export type ResponseRateLimited = components['responses']['RateLimited'];
export type ResponseServerError = components['responses']['ServerError'];
export type ParameterAssetId = components['parameters']['AssetId'];
export type HeaderRetryAfter = components['headers']['RetryAfter'];
export type $defs = Record<string, never>;
export interface operations {
    getAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * The id of the asset.
                 *
                 * In the vendor's one example it is `asset_` and 32 lowercase hexadecimal digits. Other forms are undocumented, so
                 * the pattern refuses only what could change the path of the URL. `.` and `..` would change it, too: they are not
                 * ids, although the pattern lets them pass.
                 *
                 * Documented on [the vendor's lookup page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
                 * @example asset_38d2ff7769fb3b7267039941547e6a78
                 */
                asset_id: components["parameters"]["AssetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["AssetOrFailure"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["PermissionDenied"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["ServerError"];
        };
    };
}
