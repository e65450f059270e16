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
         * @description Returns the asset's state, its reference for workflow inputs, and the addresses of its bytes.
         *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         *
         *     HTTP status 200 means *answered*, not *found*: look at `code`. An asset that has expired, that the key may not
         *     see or that failed review is answered with a failure; its code, its message and its HTTP status are undocumented.
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
         * @description A file that a workflow takes in or gives out. Fields that this description does not know may be present.
         *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        Asset: {
            /**
             * @description The id of the asset. Format: `asset_` and 32 lowercase hexadecimal digits in the vendor's one example.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example asset_38d2ff7769fb3b7267039941547e6a78
             */
            asset_id: string;
            /**
             * @description The reference that a workflow's `inputs` take. Format: `asset://` and the asset id.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example asset://asset_38d2ff7769fb3b7267039941547e6a78
             */
            asset_uri: string;
            /**
             * @description The address of the bytes. Format: a URL, on another host than the API's.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info); whether it needs the API key is
             *     undocumented.
             * @example https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content
             */
            url: string;
            /**
             * @description The address of the bytes; in the vendor's example the same URL as `url`. May be missing: it stands
             *     in the example but not in the schema of
             *     [the vendor's page (documented)](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content
             */
            content_url?: string;
            /**
             * @description An address of the bytes that seems to open them to whoever holds it: treat it as a secret. Format: a URL whose
             *     query has `expires`, in Unix seconds, and `signature`.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) by example; what it opens is undocumented.
             * @example https://www.chenyu.team/assets/asset_38d2ff7769fb3b7267039941547e6a78/content?expires=1781295600&signature=xxxx
             */
            signed_url: string;
            /**
             * @description The kind of medium. `image`, `video`, `audio` and `file` are common values, others are possible:
             *     [documented for uploads](https://chenyu.mintlify.app/api-reference/workflow/assets-upload).
             * @example image
             */
            media_type: "image" | "video" | "audio" | "file" | (string & {});
            /**
             * @description The media type of the bytes. Format: `type/subtype`.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example image/png
             */
            mime_type: string;
            /**
             * @description The size of the file, in bytes.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 102400
             */
            size_bytes: number;
            /**
             * @description What the asset was made for. `temp_input` is the only value that is
             *     [documented for uploads](https://chenyu.mintlify.app/api-reference/workflow/assets-upload); others are
             *     undocumented.
             * @example temp_input
             */
            purpose: "temp_input" | (string & {});
            /**
             * @description Whether the asset is kept. [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) by name; what it means for `expires_at` is undocumented.
             * @example false
             */
            persistent: boolean;
            /**
             * @description When the asset expires. Format: RFC 3339 with an offset (`+08:00`).
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) as a string; what a persistent
             *     asset has here is undocumented, so expect it to be empty, null or missing.
             * @example 2026-06-16T12:00:00+08:00
             */
            expires_at: string | null;
            /**
             * @description The state of the asset. `confirmed`, taken here as "ready to use", is the only value that is
             *     [documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info); its meaning and other values are
             *     undocumented.
             * @example confirmed
             */
            status: "confirmed" | (string & {});
            /**
             * @description By its name, what the file was called before: never use it as a path. May be missing: it stands
             *     in the example but not in the schema of
             *     [the vendor's page (documented)](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example input.png
             */
            original_filename?: string;
        };
        /**
         * @description The asset, in the API's envelope.
         *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        AssetResponse: {
            /**
             * @description 0: success.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 0
             * @constant
             */
            code: 0;
            /**
             * @description A message for people; in Chinese in the vendor's example.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 查询成功
             */
            msg: string;
            data: components["schemas"]["Asset"];
        };
        /**
         * @description Why there is no asset, in the API's envelope.
         *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info) without its codes and messages.
         */
        Failure: {
            /**
             * @description Any number but 0: failure. Which number means what is undocumented on
             *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 404
             */
            code: number;
            /**
             * @description A message for people; in Chinese in the vendor's example.
             *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             * @example 资源不存在
             */
            msg: string;
        };
        /**
         * @description An error without the API's envelope. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
         */
        GatewayError: {
            /**
             * @description A message, or an object that holds one. Observed; undocumented on
             *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
             */
            error: string | {
                /**
                 * @description A message for people. Observed; undocumented on
                 *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
                 * @example internal error
                 */
                message: string;
            };
        };
        /**
         * @description The body of an HTTP error. Its forms are observed, and undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info); a gateway may also send HTML
         *     or nothing at all.
         */
        ErrorBody: components["schemas"]["Failure"] | components["schemas"]["GatewayError"];
    };
    responses: {
        /**
         * @description The asset if `code` is 0, otherwise a failure.
         *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description A parameter is wrong. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description The API key is missing, wrong, expired or disabled. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description The API key may not do this. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description There is no such asset. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description Too many requests: wait as long as `Retry-After` says. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description The server failed. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
         * @description The id of the asset. Format: `asset_` and 32 lowercase hexadecimal digits in the vendor's one example.
         *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info). Other forms are undocumented, so
         *     the pattern refuses only what could change the path of the URL.
         * @example asset_38d2ff7769fb3b7267039941547e6a78
         */
        AssetId: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description How long to wait before the next request, in seconds. Observed; undocumented on
         *     [the vendor's page](https://enterprise.chenyu.cn/api-reference/workflow/assets-info).
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
                 * @description The id of the asset. Format: `asset_` and 32 lowercase hexadecimal digits in the vendor's one example.
                 *     [Documented](https://enterprise.chenyu.cn/api-reference/workflow/assets-info). Other forms are undocumented, so
                 *     the pattern refuses only what could change the path of the URL.
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
