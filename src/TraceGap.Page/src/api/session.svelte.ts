const key = 'tracegap.token';

/** The query token, kept as long as the tab. */
class Session {
  token = $state(sessionStorage.getItem(key) ?? '');

  /** Why the server asks for a token; null while it does not. */
  problem = $state<string | null>(null);

  refused(reason: string): void {
    this.problem = reason;
  }

  signIn(token: string): void {
    this.token = token.trim();
    sessionStorage.setItem(key, this.token);
    this.problem = null;
  }

  signOut(): void {
    sessionStorage.removeItem(key);
    this.token = '';
    this.problem = 'Signed out.';
  }
}

export const session = new Session();
