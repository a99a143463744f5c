// The app bridge ships React hooks beside the plain class that we use; they are never called here.
const absent = () => { throw new Error("React is not part of these pages"); };
export const createContext = () => ({ Provider: null });
export const useCallback = absent, useContext = absent, useDebugValue = absent, useEffect = absent, useMemo = absent, useState = absent;
export const useRef = absent, useLayoutEffect = absent, useSyncExternalStore = absent;
export default { createContext, useCallback, useContext, useDebugValue, useEffect, useMemo, useState, useRef, createElement: absent };
